import { ApplicationFailure } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import type { CauseName } from '../contract/causes.ts';

const CAUSE: CauseName = 'worker-lost';

/**
 * Tells Temporal what dead workers were at, so that it starts again at once instead of after missed heartbeats. Only a
 * short cut: whatever it misses, the heartbeat timeout finds.
 */
export async function handBack(client: Client, deadWorkers: readonly string[]): Promise<void> {
  if (deadWorkers.length === 0) return;
  const { namespace } = client.options;
  const running = client.workflow.list({ query: 'ExecutionStatus = "Running"' });
  for await (const { workflowId, runId } of running) {
    const execution = { workflowId, runId };
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    // Or its next task would wait for the dead worker's cache.
    await client.workflowService.resetStickyTaskQueue({ namespace, execution });
    for (const { activityId, lastWorkerIdentity } of raw.pendingActivities ?? []) {
      if (!activityId || !deadWorkers.includes(lastWorkerIdentity ?? '')) continue;
      const failure = ApplicationFailure.create({ type: CAUSE, message: 'its worker died' });
      // Refused where it waits to be started again already.
      await client.activity.fail({ ...execution, activityId }, failure).catch(() => undefined);
    }
  }
}
