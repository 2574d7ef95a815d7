import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Compute, ComputeHooks } from '../compute/compute.ts';
import type { ComputeActivities, TrainedBlock, Unit } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import { blockAt, trainingOf, weightsOf } from '../plan/cells.ts';
import { trainingSeeds } from '../plan/keys.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import type { Store } from '../store/store.ts';
import { evaluateCheckpoint } from './evaluate-checkpoint.ts';
import { withCauses } from './failures.ts';
import { reportProgress } from './heartbeat.ts';
import { keepCount, openTask, type Task } from './task.ts';

/** Activities that wait for a trainer. */
export function createComputeActivities(dependencies: {
  openStore: (url: string) => Promise<Store>;
  compute: Compute;
}): ComputeActivities {
  const { openStore, compute } = dependencies;
  const run = <T>(unit: Unit, act: (task: Task, hooks: ComputeHooks) => Promise<T>): Promise<T> =>
    stoppable(async ({ onLabel, ...hooks }) => {
      const task = await openTask(openStore, unit);
      onLabel(task.label);
      return act(task, { ...hooks, onCount: (count) => keepCount(task, count) });
    });
  return withCauses<ComputeActivities>({
    train: (unit) => run(unit, (task, hooks) => trainBlock(compute, task, hooks)),
    evaluate: (unit) => run(unit, (task, hooks) => evaluateCheckpoint(compute, task, hooks)),
  });
}

/** Hands the activity's cancellation to the trainer. A worker that shuts down is a pre-emption, nobody's wish. */
async function stoppable<T>(
  act: (
    hooks: Pick<ComputeHooks, 'signal' | 'onProgress'> & { onLabel: (name: string) => void },
  ) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  let label = context.info.activityType;
  try {
    return await act({
      signal,
      onLabel: (name) => {
        label = `${context.info.activityType} ${name}`;
      },
      onProgress: (progress) => reportProgress(context, { ...progress, label }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    const reason: unknown = signal.reason;
    if (!(reason instanceof CancelledFailure)) throw error;
    if (reason.message === 'WORKER_SHUTDOWN')
      throw new CausedError('preempted', 'the worker shut down');
    throw reason;
  }
}

async function trainBlock(
  compute: Compute,
  task: Task,
  hooks: ComputeHooks,
): Promise<TrainedBlock> {
  const { store, plan, lineage, trainer, label } = task;
  const block = task.block ?? -1;
  const { parent } = blockAt(plan, lineage, block);
  return compute.train(
    {
      store,
      key: lineage.blocks[block] ?? '',
      trainer,
      identity: trainer.identity,
      label,
      sweep: plan.sweep,
      hyperparameters: plan.spec.trainer.hyperparameters,
      tools: plan.tools,
      parent: weightsOf(plan, lineage, parent),
      data: trainingOf(plan, lineage, block).sha256,
      seeds: trainingSeeds(streamsOf(plan.spec, lineage.seed)),
      checkpointEvery: plan.spec.checkpoints.every,
    },
    hooks,
  );
}
