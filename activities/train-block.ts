import type { Compute, ComputeHooks, TrainWork } from '../compute/compute.ts';
import type { TrainedBlock } from '../contract/activities.ts';
import { blockAt, trainingOf, weightsOf } from '../plan/cells.ts';
import { trainingSeeds } from '../plan/keys.ts';
import { settingsOf, worldSizeOf } from '../plan/training-settings.ts';
import { streamsOf } from '../spec/seed-streams.ts';
import type { Task } from './task.ts';
import { TRAINER_GRACE } from '../contract/timeouts.ts';
import type { Sweep } from '../spec/sweep.ts';

/** Trains one block of a plan until its result stands in the store; commits nothing. */
export async function trainBlock(
  compute: Pick<Compute, 'train'>,
  task: Task,
  hooks: ComputeHooks,
): Promise<TrainedBlock> {
  const { store, plan, lineage, trainer, label } = task;
  const block = task.block ?? -1;
  const { parent, domains } = blockAt(plan, lineage, block);
  const { hyperparameters, tellDomains } = settingsOf(plan.spec, lineage.condition);
  return compute.train(
    {
      store,
      key: lineage.blocks[block] ?? '',
      trainer,
      identity: trainer.identity,
      label,
      sweep: plan.sweep,
      hyperparameters,
      tools: plan.tools,
      parent: weightsOf(plan, lineage, parent),
      data: trainingOf(plan, lineage, block).sha256,
      seeds: trainingSeeds(streamsOf(plan.spec, lineage.seed)),
      checkpointEvery: plan.spec.checkpoints.every,
      worldSize: worldSizeOf(plan.spec),
      grace: graceOf(plan.spec),
      domains: tellDomains ? domains : undefined,
    },
    hooks,
  );
}

function graceOf({ compute }: Sweep): TrainWork['grace'] {
  return compute.gracePeriod ?? { trainer: TRAINER_GRACE / 1000 };
}
