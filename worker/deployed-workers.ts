import { hostname } from 'node:os';
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TASK_QUEUES } from '../contract/workflows.ts';

/** `ratchet worker`s are known by it among the pollers of a task queue. */
const PREFIX = 'ratchet-worker@';

/** A process of this host (on a cluster: of this pod) in Temporal. */
export function nameDeployed(processName: string): string {
  return `${PREFIX}${hostname()}/${processName}`;
}

/** Identities of the `ratchet worker`s that took work in the last minutes. */
export async function findDeployedWorkers(
  connection: Connection,
  namespace: string,
): Promise<string[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUES.control },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? [])
    .map(({ identity }) => identity ?? '')
    .filter((identity) => identity.startsWith(PREFIX));
}
