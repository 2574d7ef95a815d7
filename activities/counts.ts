import { z } from 'zod';
import type { CountEvent } from '../contract/trainer-events.ts';
import { countKey } from '../plan/keys.ts';
import type { Plan } from '../plan/plan.ts';
import { settingsOf } from '../plan/training-settings.ts';
import { countPath } from '../store/layout.ts';
import { createRecord, readRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

const count = z.number().int().nonnegative();

/** What a trainer said of one data file; kept by content, so that nothing is counted twice. */
const countSchema = z.strictObject({
  format: z.literal(1),
  key: z.string(),
  examples: count,
  tokens: count,
  targetTokens: count,
  truncatedExamples: count,
  truncatedTurns: count,
  droppedExamples: count,
});

/** A data file by its digest, and a condition under which it is read: it decides the hyperparameters. */
export interface CountedFile {
  sha256: string;
  condition: string;
}

export type Counts = Omit<CountEvent, 'type' | 'name'>;

export async function readCounts(
  store: Store,
  plan: Plan,
  data: CountedFile,
): Promise<Counts | undefined> {
  return readRecord(store, countPath(keyOf(plan, data)), countSchema);
}

export async function writeCounts(
  store: Store,
  plan: Plan,
  data: CountedFile,
  counts: Counts,
): Promise<void> {
  if (await readCounts(store, plan, data)) return;
  const key = keyOf(plan, data);
  const { examples, tokens, targetTokens } = counts;
  const { truncatedExamples, truncatedTurns, droppedExamples } = counts;
  const sizes = { examples, tokens, targetTokens };
  const cuts = { truncatedExamples, truncatedTurns, droppedExamples };
  await createRecord(store, countPath(key), { format: 1, key, ...sizes, ...cuts });
}

/** Where a trainer's sizes of a data file are kept. */
export function countPathOf(plan: Plan, data: CountedFile): string {
  return countPath(keyOf(plan, data));
}

function keyOf({ tools, trainer, spec }: Plan, { sha256, condition }: CountedFile): string {
  const { hyperparameters } = settingsOf(spec, condition);
  return countKey({ data: sha256, tools, trainer: trainer.identity, hyperparameters });
}
