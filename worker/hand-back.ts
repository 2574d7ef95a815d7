import { ApplicationFailure } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import type { CauseName } from '../contract/causes.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';

const CAUSE: CauseName = 'worker-lost';

/**
 * Tells Temporal what dead workers were at, so that it starts again at once instead of after missed heartbeats. Only a
 * short cut: whatever it misses, the heartbeat timeout finds.
 */
export async function handBack(client: Client, deadWorkers: readonly string[]): Promise<void> {
  if (deadWorkers.length === 0) return;
  const ours = `ExecutionStatus = "Running" AND TaskQueue = "${TASK_QUEUES.control}"`;
  // It may have ended since it was listed.
  for await (const { workflowId, runId } of client.workflow.list({ query: ours }))
    await handBackOne(client, { workflowId, runId }, deadWorkers).catch(() => undefined);
}

async function handBackOne(
  client: Client,
  execution: { workflowId: string; runId: string },
  deadWorkers: readonly string[],
): Promise<void> {
  const { workflowId, runId } = execution;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  // Or its next task would wait for the dead worker's cache.
  const { namespace } = client.options;
  await client.workflowService.resetStickyTaskQueue({ namespace, execution });
  for (const { activityId, lastWorkerIdentity } of raw.pendingActivities ?? []) {
    if (!activityId || !deadWorkers.includes(lastWorkerIdentity ?? '')) continue;
    const failure = ApplicationFailure.create({ type: CAUSE, message: 'its worker died' });
    // Refused where it waits to be started again already.
    await client.activity.fail({ ...execution, activityId }, failure).catch(() => undefined);
  }
}
