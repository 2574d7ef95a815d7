import type { PlacedUnit } from '../contract/activities.ts';
import type { Stage } from '../k8s/job-request.ts';
import { settleJob } from '../k8s/settle-job.ts';
import { openMeter } from './account.ts';
import { endAttempt } from './end-attempt.ts';
import { makeRequest } from './run-in-pod.ts';
import type { PlannedUnit } from './task.ts';

/** Ends the Job of a unit that nobody follows any more, where there is one; its pod saves a checkpoint first. */
export async function abandonUnit(
  stage: Stage,
  unit: PlannedUnit,
  placed: PlacedUnit,
): Promise<void> {
  const request = makeRequest(stage, unit, placed);
  const meter = openMeter(stage, unit, placed);
  let pod: string | undefined;
  let gone = false;
  await settleJob(request, {
    onState: (state, seen) => {
      pod = seen.pod ?? undefined;
      meter.seePod(state, seen);
    },
    onGone: () => {
      gone = true;
    },
  });
  await meter.end({ result: 'stopped' });
  // What a lost node still runs keeps its claim.
  if (gone && stage === 'train')
    await endAttempt(unit.store, request.key, pod, { result: 'interrupted', reason: 'stopped' });
}
