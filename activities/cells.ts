import { z } from 'zod';
import { CONVENTIONS, type CellScore, OUTCOMES } from '../contract/scores.ts';
import type { Gold, Prediction } from '../contract/dialogue.ts';
import type { PlannedCell } from '../plan/cells.ts';
import { predictionsPath, scorePath } from '../store/layout.ts';
import { createRecord, readRecord } from '../store/records.ts';
import { type Store, StoreError } from '../store/store.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What one checkpoint predicted for one domain's held-out prompts, in their order. */
const predictionsSchema = z.strictObject({
  format: z.literal(1),
  key: digest,
  prompts: digest,
  predictions: z.array(z.strictObject({ id: z.string(), text: z.string() })),
});

const scoreSchema = z.strictObject({
  format: z.literal(1),
  key: digest,
  prediction: digest,
  examples: z.array(
    z.strictObject({
      id: z.string(),
      dialogue: z.string(),
      right: z.strictObject(
        Object.fromEntries(CONVENTIONS.map((name) => [name, z.boolean()])) as Record<
          (typeof CONVENTIONS)[number],
          z.ZodBoolean
        >,
      ),
      nameRight: z.boolean(),
      outcome: z.enum(OUTCOMES),
    }),
  ),
});

export async function readPredictions(
  store: Store,
  key: string,
): Promise<Prediction[] | undefined> {
  const path = predictionsPath(key);
  const record = await unlessUnreadable(store, path, readRecord(store, path, predictionsSchema));
  return record?.predictions;
}

/**
 * Commits predictions and returns what stands: cells have no claim, so two sweeps may generate one at once, and the first
 * wins.
 */
export async function commitPredictions(
  store: Store,
  cell: PlannedCell,
  predictions: Prediction[],
): Promise<Prediction[]> {
  const record = {
    format: 1,
    key: cell.prediction,
    prompts: cell.data.prompts.sha256,
    predictions,
  };
  if (await createRecord(store, predictionsPath(cell.prediction), record)) return predictions;
  return (await readPredictions(store, cell.prediction)) ?? predictions;
}

export async function readScore(store: Store, key: string): Promise<CellScore | undefined> {
  return readRecord(store, scorePath(key), scoreSchema);
}

export async function commitScore(
  store: Store,
  cell: PlannedCell,
  score: CellScore,
): Promise<void> {
  const record = { format: 1, key: cell.score, prediction: cell.prediction, ...score };
  await createRecord(store, scorePath(cell.score), record);
}

/** False also for a record that cannot be read any more: it is removed, so that it can be written again. */
export async function hasScore(store: Store, key: string): Promise<boolean> {
  return (await unlessUnreadable(store, scorePath(key), readScore(store, key))) !== undefined;
}

async function unlessUnreadable<T>(
  store: Store,
  path: string,
  reading: Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== 'corrupt') throw error;
    await store.remove(path);
    return undefined;
  }
}

/** One JSON object a line. */
export function parseJsonLines<T>(bytes: Uint8Array): T[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

export async function readGold(store: Store, cell: PlannedCell): Promise<Gold[]> {
  return parseJsonLines<Gold>(await store.readBlob(cell.data.gold.sha256));
}
