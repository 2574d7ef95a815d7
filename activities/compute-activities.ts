import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Compute } from '../compute/compute.ts';
import type { ComputeActivities, PlacedUnit } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import type { Store } from '../store/store.ts';
import { evaluateCheckpoint } from './evaluate-checkpoint.ts';
import { withCauses } from './failures.ts';
import { reportProgress } from './heartbeat.ts';
import type { PodHooks } from './run-in-pod.ts';
import { openTask, type Task, withCounts } from './task.ts';
import { trainBlock } from './train-block.ts';

/** Activities that wait for a trainer: here, or in a pod of the cluster that the sweep file names. */
export function createComputeActivities(dependencies: {
  openStore: (url: string) => Promise<Store>;
  compute: Compute;
}): ComputeActivities {
  const { openStore, compute } = dependencies;
  const run = <T>(unit: PlacedUnit, act: (task: Task, hooks: PodHooks) => Promise<T>): Promise<T> =>
    stoppable(async ({ onLabel, ...hooks }) => {
      const task = await openTask(openStore, unit);
      onLabel(task.label);
      return act(task, hooks);
    });
  return withCauses<ComputeActivities>({
    train: (unit) =>
      run(unit, async (task, hooks) => {
        if (isLocal(task)) return trainBlock(compute, task, withCounts(task, hooks));
        const { trainInPod } = await loadCluster();
        return trainInPod(task, unit, hooks);
      }),
    evaluate: (unit) =>
      run(unit, async (task, hooks) => {
        if (isLocal(task)) return evaluateCheckpoint(compute, task, withCounts(task, hooks));
        const { evaluateInPod } = await loadCluster();
        return evaluateInPod(task, unit, hooks);
      }),
  });
}

/** The client of Kubernetes is heavy: only who has a cluster loads it. */
const loadCluster = async () => import('./run-in-pod.ts');

function isLocal({ plan }: Task): boolean {
  return plan.spec.compute.kind === 'local';
}

/** Hands the activity's cancellation to the trainer. A worker that shuts down is a pre-emption, nobody's wish. */
async function stoppable<T>(
  act: (hooks: PodHooks & { onLabel: (name: string) => void }) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  let label = context.info.activityType;
  try {
    return await act({
      signal,
      leave: () => isShutdown(signal.reason),
      onLabel: (name) => {
        label = `${context.info.activityType} ${name}`;
      },
      onProgress: (progress) => reportProgress(context, { ...progress, label }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    const reason: unknown = signal.reason;
    if (!(reason instanceof CancelledFailure)) throw error;
    if (isShutdown(reason)) throw new CausedError('preempted', 'the worker shut down');
    throw reason;
  }
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';
}
