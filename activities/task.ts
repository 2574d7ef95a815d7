import type { ComputeHooks } from '../compute/compute.ts';
import { resolveTrainer, scorerIdentity, type Trainer } from '../compute/trainers.ts';
import type { Unit } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import type { CountEvent } from '../contract/trainer-events.ts';
import { blockAt, heldOutOf, lineageAt, trainingOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import { describeUnexpected, findUnexpected } from '../plan/unexpected-counts.ts';
import type { Store } from '../store/store.ts';
import { writeCounts } from './counts.ts';
import { readPlan } from './plans.ts';

/** Of the code that this process has loaded, whatever is built beside it later. */
const SCORER = scorerIdentity();

/** A unit and the plan that it is of. */
export interface PlannedUnit {
  store: Store;
  plan: Plan;
  lineage: PlannedLineage;
  block: number | null;
  /** The domain, or `base`. */
  label: string;
}

/** With everything that is needed to work on it. */
export interface Task extends PlannedUnit {
  trainer: Trainer;
}

type OpenStore = (url: string) => Promise<Store>;

export async function openUnit(openStore: OpenStore, unit: Unit): Promise<PlannedUnit> {
  const { block } = unit;
  const store = await openStore(unit.store);
  const plan = await readPlan(store, unit.plan);
  const lineage = lineageAt(plan, unit.lineage);
  const label = block === null ? 'base' : blockAt(plan, lineage, block).name;
  return { store, plan, lineage, block, label };
}

export async function openTask(openStore: OpenStore, unit: Unit): Promise<Task> {
  const planned = await openUnit(openStore, unit);
  const { plan } = planned;
  const trainer = resolveTrainer(plan.spec, plan.workingFolder);
  if (trainer.identity !== plan.trainer.identity)
    throw new CausedError(
      'configuration',
      `the plan was made with trainer ${plan.trainer.identity.slice(0, 12)}, this worker has ${trainer.identity.slice(0, 12)}: run the sweep file again to plan anew`,
    );
  if (plan.scorer !== SCORER)
    throw new CausedError(
      'configuration',
      'the plan was made by another build of Ratchet than this worker: end the supervisor, then run the sweep file again',
    );
  return { ...planned, trainer };
}

/** Hooks that also keep what the trainer says of its data. */
export function withCounts<T extends object>(
  task: Task,
  hooks: T,
): T & Pick<ComputeHooks, 'onCount'> {
  return { ...hooks, onCount: (count) => keepCount(task, count) };
}

/**
 * The trainer names its one data file `train`, and prompt files by their domain. It counts before it trains, and here it may
 * count otherwise than where the sweep was submitted.
 */
async function keepCount(task: Task, count: CountEvent): Promise<void> {
  const { store, plan, lineage, block } = task;
  const { name } = count;
  const { condition } = lineage;
  if (name === 'train' && block !== null) {
    const unexpected = findUnexpected(plan, { lineage, block, counts: count });
    if (unexpected.length > 0) throw new CausedError('data', describeUnexpected(unexpected));
    const { sha256 } = trainingOf(plan, lineage, block);
    await writeCounts(store, plan, { sha256, condition }, count);
  } else if (name in lineage.heldOut) {
    const { sha256 } = heldOutOf(plan, lineage, name).prompts;
    await writeCounts(store, plan, { sha256, condition }, count);
  }
}
