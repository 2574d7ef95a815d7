import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { createComputeActivities } from '../activities/compute-activities.ts';
import { createControlActivities } from '../activities/control-activities.ts';
import type { TryObserver } from '../activities/try-observer.ts';
import type { Compute } from '../compute/compute.ts';
import { HEARTBEAT_INTERVAL, STICKY_QUEUE_TIMEOUT, WORKER_SHUTDOWN } from '../contract/timeouts.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';
import { openStore } from '../store/open-store.ts';
import { HeartbeatInterceptor } from '../activities/heartbeat.ts';
import { traceActivities } from './trace-activities.ts';
import type { Tracer } from './tracer.ts';
import { deploymentOptions, type Version } from './deployment.ts';

/** Activities at once on a task queue; trainers are bounded by compute, so most of these only wait. */
const CONTROL_SLOTS = 20;
const COMPUTE_SLOTS = 200;

/** A worker for workflows and quick activities, and one for activities that wait for trainers. */
export async function createWorkers(wiring: {
  connection: NativeConnection;
  /** Over the same connection. */
  client: Client;
  /** Of this process, in Temporal. */
  identity: string;
  compute: Compute;
  observer?: TryObserver;
  workflows: WorkflowBundleOption;
  /** Of a cluster's workers. */
  version?: Version | undefined;
  tracer?: Tracer | undefined;
  /** The client's own. */
  dataConverter?: DataConverter;
  /** Milliseconds between two heartbeats of an activity, by which it also hears that it is cancelled. */
  heartbeat?: number | undefined;
}): Promise<Worker[]> {
  const { connection, client, compute, observer, dataConverter, version } = wiring;
  const { tracer, heartbeat = HEARTBEAT_INTERVAL } = wiring;
  const beat: ActivityInterceptorsFactory = (context) => ({
    inbound: new HeartbeatInterceptor(context, heartbeat),
  });
  const shared: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace: client.options.namespace,
    identity: wiring.identity,
    ...(dataConverter && { dataConverter }),
    ...(version && { workerDeploymentOptions: deploymentOptions(version) }),
    interceptors: { activity: [beat] },
    maxHeartbeatThrottleInterval: heartbeat,
    defaultHeartbeatThrottleInterval: heartbeat,
    shutdownForceTime: WORKER_SHUTDOWN,
  };
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.control,
      interceptors: { activity: tracer ? [beat, traceActivities(tracer, client)] : [beat] },
      workflowBundle: wiring.workflows,
      activities: createControlActivities({ openStore, client }),
      maxConcurrentActivityTaskExecutions: CONTROL_SLOTS,
      stickyQueueScheduleToStartTimeout: STICKY_QUEUE_TIMEOUT,
    }),
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUES.compute,
      activities: createComputeActivities({
        openStore,
        client,
        compute,
        ...(observer && { observer }),
      }),
      maxConcurrentActivityTaskExecutions: COMPUTE_SLOTS,
    }),
  ]);
}

/** Until `signal` aborts; then trainers save a checkpoint and the activities are handed back. */
export async function runWorkers(workers: Worker[], signal: AbortSignal): Promise<void> {
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const running = Promise.all(workers.map((worker) => worker.run()));
  if (signal.aborted) shutdown();
  signal.addEventListener('abort', shutdown, { once: true });
  await running;
}
