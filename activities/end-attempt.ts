import { type Ending, findAttemptOf, recordOutcome } from '../store/attempts.ts';
import type { Store } from '../store/store.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** How an attempt ends that has no result. */
export type EarlyEnding = DistributiveOmit<
  Extract<Ending, { result: 'interrupted' | 'failed' }>,
  'step'
>;

/** Ends the attempt of a pod that is gone without having done so, which releases its claim. */
export async function endAttempt(
  store: Store,
  key: string,
  pod: string | undefined,
  ending: EarlyEnding,
): Promise<void> {
  const attempt = pod === undefined ? undefined : await findAttemptOf(store, key, pod);
  if (!attempt || attempt.ended) return;
  await recordOutcome(store, attempt, { ...ending, step: attempt.step });
}
