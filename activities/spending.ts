import type { BudgetedSweep } from '../contract/activities.ts';
import type { Store } from '../store/store.ts';
import { heldSeconds } from '../store/tries.ts';
import { readKnownTries } from './known-tries.ts';

/** Of all tries that the sweep ever paid for, those that run included. */
export async function isSpent(store: Store, { sweep, budget }: BudgetedSweep): Promise<boolean> {
  const tries = await readKnownTries(store, sweep);
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
