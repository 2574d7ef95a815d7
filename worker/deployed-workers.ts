import { hostname } from 'node:os';
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { buildIdentity } from '../compute/trainers.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';

/** A `ratchet worker`, as it is known among the pollers of a task queue. */
export interface DeployedWorker {
  /** On a cluster its pod. */
  host: string;
  /** The first digits. */
  build: string;
}

/** A process of this host in Temporal. */
export function nameDeployed(processName: string): string {
  return `ratchet-worker@${hostname()}/${processName}/${shortBuild()}`;
}

export function shortBuild(): string {
  return buildIdentity().slice(0, 12);
}

/** A poll lasts a minute at most. */
const POLLED = 90_000;

/** Those that ask for work. */
export async function findDeployedWorkers(
  connection: Connection,
  namespace: string,
): Promise<DeployedWorker[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUES.control },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).flatMap(({ identity, lastAccessTime }) => {
    if (Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 > POLLED) return [];
    const [, host, build] = /^ratchet-worker@(.+)\/.+\/(.+)$/.exec(identity ?? '') ?? [];
    return host && build ? [{ host, build }] : [];
  });
}
