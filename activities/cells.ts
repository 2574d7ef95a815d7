import { z } from 'zod';
import { CONVENTIONS, type CellScore, OUTCOMES } from '../contract/scores.ts';
import type { Gold } from '../contract/dialogue.ts';
import { scoreCell } from '../metrics/verdicts.ts';
import { cellsOf, type PlannedCell, weightsOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { readBlock } from '../store/blocks.ts';
import { predictionsPath, scorePath } from '../store/layout.ts';
import { createRecord, readRecord, unlessDamaged } from '../store/records.ts';
import { type Store, StoreError } from '../store/store.ts';

/** `weights`: digest of the manifest of the block that is evaluated, null for untrained ones. Others may come under the same key. */
export interface Cell extends PlannedCell {
  weights: string | null;
}

export function cellsOn(weights: string | null, planned: readonly PlannedCell[]): Cell[] {
  return planned.map((cell) => ({ ...cell, weights }));
}

/** The cells of a checkpoint as it stands; none where its block is not committed or cannot be read. */
export async function standingCells(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  block: number | null,
): Promise<Cell[]> {
  const planned = cellsOf(plan, lineage, block);
  const key = weightsOf(plan, lineage, block);
  if (key === null) return cellsOn(null, planned);
  const found = await unlessDamaged(readBlock(store, key));
  return found ? cellsOn(found.sha256, planned) : [];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const targetLoss = z.strictObject({ nats: z.number().nonnegative(), tokens: z.int().positive() });

/** What one checkpoint predicted for one domain's held-out prompts, in their order. */
const predictionsSchema = z.strictObject({
  format: z.literal(1),
  key: digest,
  weights: digest.nullable(),
  prompts: digest,
  predictions: z.array(
    z.strictObject({ id: z.string(), draw: count.optional(), text: z.string() }),
  ),
  truncated: count.optional(),
  /** Of the targets in the gold file of that digest. */
  loss: targetLoss.extend({ gold: digest }).optional(),
});
export type Predicted = Pick<
  z.infer<typeof predictionsSchema>,
  'predictions' | 'truncated' | 'loss'
>;

const scoreSchema = z.strictObject({
  format: z.literal(1),
  key: digest,
  weights: digest.nullable(),
  prediction: digest,
  examples: z.array(
    z.strictObject({
      id: z.string(),
      dialogue: z.string(),
      draw: count.optional(),
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
  truncated: count.optional(),
  loss: targetLoss.optional(),
});

/** Throws `corrupt` for a record that is of no use any more. */
export async function readPredictions(store: Store, cell: Cell): Promise<Predicted | undefined> {
  return readFitting(store, predictionsPath(cell.prediction), predictionsSchema, cell);
}

/** Undefined also for a record of no use any more: it is removed, so that it can be written again. */
export async function takePredictions(store: Store, cell: Cell): Promise<Predicted | undefined> {
  return unlessUseless(store, predictionsPath(cell.prediction), readPredictions(store, cell));
}

/**
 * Commits predictions and returns what stands: cells have no claim, so two sweeps may generate one at once, and the first
 * wins.
 */
export async function commitPredictions(
  store: Store,
  cell: Cell,
  predicted: Predicted,
): Promise<Predicted> {
  const { prediction: key, weights, data } = cell;
  const record = { format: 1, key, weights, prompts: data.prompts.sha256, ...predicted };
  for (;;) {
    if (await createRecord(store, predictionsPath(key), record)) return predicted;
    const standing = await takePredictions(store, cell);
    if (standing) return standing;
  }
}

/** Throws `corrupt` for a record that is of no use any more. */
export async function readScore(store: Store, cell: Cell): Promise<CellScore | undefined> {
  return readFitting(store, scorePath(cell.score), scoreSchema, cell);
}

/** Scores what stands predicted, and commits that. A loss of other targets than stand now says nothing of them. */
export async function score(
  store: Store,
  cell: Cell,
  { predictions, truncated, loss }: Predicted,
): Promise<void> {
  const { score: key, weights, prediction, draws, data } = cell;
  const gold = parseJsonLines<Gold>(await store.readBlob(data.gold.sha256));
  const record = {
    format: 1,
    key,
    weights,
    prediction,
    ...scoreCell(gold, predictions, draws),
    ...(truncated !== undefined && { truncated }),
    ...(loss?.gold === data.gold.sha256 && { loss: { nats: loss.nats, tokens: loss.tokens } }),
  };
  while (!(await createRecord(store, scorePath(key), record)))
    if (await hasScore(store, cell)) return;
}

/** False also for a record of no use any more: it is removed, so that it can be written again. */
export async function hasScore(store: Store, cell: Cell): Promise<boolean> {
  const reading = readScore(store, cell);
  return (await unlessUseless(store, scorePath(cell.score), reading)) !== undefined;
}

/** What other weights predicted is as good as damaged: their block was computed again and came out differently. */
async function readFitting<T extends Pick<Cell, 'weights'>>(
  store: Store,
  path: string,
  schema: z.ZodType<T>,
  cell: Cell,
): Promise<T | undefined> {
  const record = await readRecord(store, path, schema);
  if (record && record.weights !== cell.weights)
    throw new StoreError('corrupt', `${path} stems from other weights than stand now`);
  return record;
}

async function unlessUseless<T>(
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
