import { Context, type Info } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
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
import { isFollowedOn, isShutdown } from './followed-on.ts';
import { reportProgress } from './heartbeat.ts';
import type { UnitHooks } from './run-in-pod.ts';
import { findStandingIn } from './standing-blocks.ts';
import { openTask, openUnit, type PlannedUnit, type Task, withCounts } from './task.ts';
import { trainBlock } from './train-block.ts';
import type { TryObserver } from './try-observer.ts';

/** Activities that wait for a trainer: here, or in a pod of the cluster that the sweep file names. */
export function createComputeActivities(dependencies: {
  openStore: (url: string) => Promise<Store>;
  client: Client;
  compute: Compute;
  observer?: TryObserver;
}): ComputeActivities {
  const { openStore, client, compute, observer } = dependencies;
  const run = <T>(
    stage: Stage,
    unit: PlacedUnit,
    act: (task: Task, hooks: UnitHooks) => Promise<T>,
  ): Promise<T> =>
    stoppable(client, async ({ onLabel, ...hooks }) => {
      const task = await openTask(openStore, unit);
      onLabel(task.label);
      const meter = openMeter(stage, task, unit, observer);
      // A trainer of this machine ends with its worker; a pod goes on, and so does its account.
      const leave = async (): Promise<boolean> => !isLocal(task) && hooks.leave();
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
    abandon: async ({ stage, ...placed }) => {
      const unit = await openUnit(openStore, placed);
      if (isLocal(unit)) return;
      const { abandonUnit } = await import('./abandon-unit.ts');
      await abandonUnit(stage, unit, placed);
    },
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

function isLocal({ plan }: PlannedUnit): boolean {
  return plan.spec.compute.kind === 'local';
}

/** Hands the activity's cancellation to the trainer. A worker that shuts down or was cut off is nobody's wish. */
async function stoppable<T>(
  client: Client,
  act: (hooks: Omit<UnitHooks, 'meter'> & { onLabel: (name: string) => void }) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { info, cancellationSignal: signal } = context;
  let label = info.activityType;
  let left: Promise<boolean> | undefined;
  try {
    return await act({
      signal,
      leave: () => (left ??= isFollowedOn(client, lineageOf(info), signal.reason)),
      onLabel: (name) => {
        label = `${info.activityType} ${name}`;
      },
      onProgress: (progress) => reportProgress(context, { ...progress, label }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    const reason: unknown = signal.reason;
    if (!(reason instanceof CancelledFailure)) throw error;
    if (await left) throw new CausedError('worker-lost', 'its worker left the pod to another');
    if (isShutdown(reason)) throw new CausedError('preempted', 'the worker shut down');
    throw reason;
  }
}

/** The workflow that it is an activity of. */
function lineageOf({ workflowExecution }: Info): string {
  return workflowExecution?.workflowId ?? '';
}
