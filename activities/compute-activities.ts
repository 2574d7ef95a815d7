import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Compute, ComputeProgress } from '../compute/compute.ts';
import type { ComputeActivities, PlacedUnit } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import type { TrainerWarning } from '../contract/trainer-warnings.ts';
import type { Stage } from '../k8s/job-request.ts';
import { inspectBlock } from '../store/blocks.ts';
import type { Store } from '../store/store.ts';
import { keepAccount, openMeter } from './account.ts';
import { type EvaluateHooks, evaluateCheckpoint } from './evaluate-checkpoint.ts';
import { withCauses } from './failures.ts';
import { reportProgress } from './heartbeat.ts';
import type { UnitHooks } from './run-in-pod.ts';
import { findStandingIn } from './standing-blocks.ts';
import { openTask, type Task, withCounts } from './task.ts';
import { trainBlock } from './train-block.ts';
import type { TryObserver } from './try-observer.ts';

/** Activities that wait for a trainer: here, or in a pod of the cluster that the sweep file names. */
export function createComputeActivities(dependencies: {
  openStore: (url: string) => Promise<Store>;
  compute: Compute;
  observer?: TryObserver;
}): ComputeActivities {
  const { openStore, compute, observer } = dependencies;
  const run = <T>(
    stage: Stage,
    unit: PlacedUnit,
    act: (task: Task, hooks: UnitHooks) => Promise<T>,
  ): Promise<T> =>
    stoppable(async ({ onLabel, ...hooks }) => {
      const task = await openTask(openStore, unit);
      onLabel(task.label);
      const meter = openMeter(stage, task, unit, observer);
      // A trainer of this machine ends with its worker; a pod goes on, and so does its account.
      const leave = (): boolean => hooks.leave() && !isLocal(task);
      const onProgress = (progress: ComputeProgress): void => {
        meter.noteProgress(progress);
        hooks.onProgress(progress);
      };
      const how = { signal: hooks.signal, leave, spent: unit.spent ?? {} };
      return keepAccount(meter, how, () => act(task, { ...hooks, onProgress, meter }));
    });
  return withCauses<ComputeActivities>({
    train: (unit) =>
      run('train', unit, async (task, hooks) => {
        if (await isPrunedOnly(task)) return { attempt: null, computeSeconds: 0 };
        if (isLocal(task)) return trainBlock(compute, task, hooksOfTrainer(task, hooks));
        const { trainInPod } = await loadCluster();
        return trainInPod(task, unit, hooks);
      }),
    evaluate: (unit) =>
      run('evaluate', unit, async (task, hooks) => {
        if (isLocal(task)) return evaluateCheckpoint(compute, task, hooksOfTrainer(task, hooks));
        const { evaluateInPod } = await loadCluster();
        return evaluateInPod(task, unit, hooks);
      }),
  });
}

/** Its parent had to be trained again and is as it was: then nobody needs these weights. */
async function isPrunedOnly({ store, plan, lineage, block }: Task): Promise<boolean> {
  if (block === null) return false;
  const look = (key: string) => inspectBlock(store, key);
  if ((await look(lineage.blocks[block] ?? '')).state !== 'pruned') return false;
  return (await findStandingIn(store, plan, lineage, look)(block)) !== null;
}

/** What a trainer of this machine says goes to people and into its account. */
function hooksOfTrainer(task: Task, { signal, onProgress, meter }: UnitHooks): EvaluateHooks {
  const told = {
    signal,
    onAttempt: (attempt: number) => meter.noteAttempt(attempt),
    onCommitted: (answers: number) => meter.noteCommitted(answers),
    onWarnings: (warnings: TrainerWarning[]) => meter.noteWarnings(warnings),
    onProgress: (progress: ComputeProgress) => {
      meter.seeProgress(progress);
      onProgress(progress);
    },
  };
  return withCounts(task, told);
}

/** The client of Kubernetes is heavy: only who has a cluster loads it. */
const loadCluster = async () => import('./run-in-pod.ts');

function isLocal({ plan }: Task): boolean {
  return plan.spec.compute.kind === 'local';
}

/** Hands the activity's cancellation to the trainer. A worker that shuts down is a pre-emption, nobody's wish. */
async function stoppable<T>(
  act: (hooks: Omit<UnitHooks, 'meter'> & { onLabel: (name: string) => void }) => Promise<T>,
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
