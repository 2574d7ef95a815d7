import { z } from 'zod';

/** Warnings of a trainer as they are kept: each once, and counted, so that no trainer fills a store with them. */

export const trainerWarning = z.strictObject({ message: z.string(), times: z.int().positive() });
export type TrainerWarning = z.infer<typeof trainerWarning>;

export const MOST_WARNINGS = 20;
const FURTHER = 'further warnings, in its log';

export function addWarning(kept: readonly TrainerWarning[], message: string): TrainerWarning[] {
  return mergeWarnings([kept, [{ message, times: 1 }]]);
}

/** Of several tries. */
export function mergeWarnings(lists: readonly (readonly TrainerWarning[])[]): TrainerWarning[] {
  const counts = new Map<string, number>();
  for (const { message, times } of lists.flat()) {
    const name = counts.has(message) || counts.size < MOST_WARNINGS ? message : FURTHER;
    counts.set(name, (counts.get(name) ?? 0) + times);
  }
  return [...counts].map(([message, times]) => ({ message, times }));
}

/** `the words (3 times)` */
export function describeWarning({ message, times }: TrainerWarning): string {
  return times === 1 ? message : `${message} (${times} times)`;
}
