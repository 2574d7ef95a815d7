import type { BudgetedSweep } from '../contract/activities.ts';
import { tryPath } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import { heldSeconds, readTries, type Try } from '../store/tries.ts';

/** Tries that have ended never change: they are read once, however often this is asked. */
const ended = new Map<string, Map<string, Try>>();

/** Of all tries that the sweep ever paid for, those that run included. */
export async function isSpent(store: Store, { sweep, budget }: BudgetedSweep): Promise<boolean> {
  const name = `${store.url} ${sweep}`;
  const known = ended.get(name) ?? new Map<string, Try>();
  ended.set(name, known);
  const tries = await readTries(store, sweep, known);
  for (const one of tries) if (one.end) known.set(tryPath(sweep, one.name), one);
  const seconds = tries.map((one) => ({ held: heldSeconds(one), gpus: one.gpus }));
  const computeSeconds = sum(seconds.map(({ held }) => held));
  const gpuSeconds = sum(seconds.map(({ held, gpus }) => held * gpus));
  return reaches(computeSeconds, budget.computeSeconds) || reaches(gpuSeconds, budget.gpuSeconds);
}

function reaches(seconds: number, bound: number | null): boolean {
  return bound !== null && seconds >= bound;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
