import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { LOST_POD } from '../contract/timeouts.ts';
import { hasCarrierEnded, isWithdrawn } from './pod-state.ts';

/**
 * `Complete` and `Failed` come when its pods have ended, after conditions that only announce it. A carrier that gave up is an
 * end as well, unless a queue took its pod back.
 */
export function isOver(job: V1Job, pod: V1Pod | undefined): boolean {
  const { conditions = [] } = job.status ?? {};
  const settled = conditions.some(
    ({ type, status: value }) => value === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  return settled || (pod !== undefined && !isWithdrawn(job, pod) && hasCarrierEnded(pod));
}

/** For the end of its pod once it was deleted, in milliseconds: after it, its node counts as lost. */
export function endPatience({ spec }: V1Job): number {
  return (spec?.template.spec?.terminationGracePeriodSeconds ?? 0) * 1000 + LOST_POD;
}
