import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Compute, ComputeHooks } from '../compute/compute.ts';
import { resolveTrainer, type Trainer } from '../compute/trainers.ts';
import type {
  ComputeActivities,
  EvaluatedCheckpoint,
  TrainedBlock,
  Unit,
} from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import type { Prediction } from '../contract/dialogue.ts';
import type { CountEvent } from '../contract/trainer.ts';
import { scoreCell } from '../metrics/verdicts.ts';
import { cellsOf, datasetOf, lineageAt, type PlannedCell } from '../plan/cells.ts';
import { trainingSeeds } from '../plan/keys.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import {
  commitPredictions,
  commitScore,
  hasScore,
  parseJsonLines,
  readGold,
  readPredictions,
} from './cells.ts';
import { writeCounts } from './counts.ts';
import { withCauses } from './failures.ts';
import { reportProgress } from './heartbeat.ts';
import { readPlan } from './plans.ts';

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

interface Task {
  store: Store;
  plan: Plan;
  lineage: PlannedLineage;
  block: number | null;
  trainer: Trainer;
  label: string;
}

async function openTask(openStore: (url: string) => Promise<Store>, unit: Unit): Promise<Task> {
  const store = await openStore(unit.store);
  const plan = await readPlan(store, unit.plan);
  const lineage = lineageAt(plan, unit.lineage);
  const trainer = resolveTrainer(plan.spec.trainer);
  if (trainer.identity !== plan.trainer.identity)
    throw new CausedError(
      'configuration',
      `the plan was made with trainer ${plan.trainer.identity.slice(0, 12)}, this worker has ${trainer.identity.slice(0, 12)}: run the sweep file again to plan anew`,
    );
  const domain = unit.block === null ? 'base' : (plan.shape.domains[unit.block] ?? '');
  const label = domain;
  return { store, plan, lineage, block: unit.block, trainer, label };
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

/** The trainer names its one data file `train`, and prompt files by their domain. */
async function keepCount(task: Task, count: CountEvent): Promise<void> {
  const { store, plan, lineage, block } = task;
  const trained = block === null ? undefined : plan.shape.domains[block];
  const isTraining = count.name === 'train';
  const domain = isTraining ? trained : count.name;
  if (domain === undefined || !(domain in lineage.data)) return;
  const data = datasetOf(plan, lineage, domain);
  await writeCounts(store, plan, (isTraining ? data.train : data.prompts).sha256, count);
}

async function trainBlock(
  compute: Compute,
  task: Task,
  hooks: ComputeHooks,
): Promise<TrainedBlock> {
  const { store, plan, lineage, trainer, label } = task;
  const block = task.block ?? -1;
  const parent = plan.shape.parents[block] ?? null;
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
      parent: parent === null ? null : (lineage.blocks[parent] ?? ''),
      data: datasetOf(plan, lineage, plan.shape.domains[block] ?? '').train.sha256,
      seeds: trainingSeeds(lineage.seed),
      checkpointEvery: plan.spec.checkpoints.every,
    },
    hooks,
  );
}

async function evaluateCheckpoint(
  compute: Compute,
  task: Task,
  hooks: ComputeHooks,
): Promise<EvaluatedCheckpoint> {
  const { store, plan, lineage, block } = task;
  const cells = cellsOf(plan, lineage, block);
  const missing: PlannedCell[] = [];
  for (const cell of cells) {
    if (await hasScore(store, cell.score)) continue;
    const predictions = await readPredictions(store, cell.prediction);
    if (predictions) await score(store, cell, predictions);
    else missing.push(cell);
  }
  const computeSeconds = missing.length > 0 ? await predict(compute, task, missing, hooks) : 0;
  return { computed: missing.length, reused: cells.length - missing.length, computeSeconds };
}

async function predict(
  compute: Compute,
  task: Task,
  cells: PlannedCell[],
  hooks: ComputeHooks,
): Promise<number> {
  const { store, plan, lineage, block, trainer } = task;
  const byName = new Map(cells.map((cell) => [cell.domain, cell]));
  const { computeSeconds } = await compute.generate(
    {
      store,
      key: cells[0]?.prediction ?? '',
      trainer,
      hyperparameters: plan.spec.trainer.hyperparameters,
      tools: plan.tools,
      weights: block === null ? null : (lineage.blocks[block] ?? ''),
      prompts: cells.map((cell) => ({ name: cell.domain, sha256: cell.data.prompts.sha256 })),
      decoding: plan.decoding,
    },
    {
      ...hooks,
      onPredictions: async (name, bytes) => {
        const cell = byName.get(name);
        if (!cell)
          throw new CausedError('trainer-bug', `predictions for ${name} were not asked for`);
        const predictions = parsePredictions(name, bytes);
        await commitPredictions(store, cell, predictions);
        await score(store, cell, predictions);
      },
    },
  );
  return computeSeconds;
}

async function score(store: Store, cell: PlannedCell, predictions: Prediction[]): Promise<void> {
  const gold = await readGold(store, cell);
  await commitScore(store, cell, scoreCell(gold, predictions));
}

function parsePredictions(name: string, bytes: Uint8Array): Prediction[] {
  try {
    return parseJsonLines<Prediction>(bytes);
  } catch (error) {
    throw new CausedError('trainer-bug', `the predictions for ${name} are no JSON lines`, {
      cause: error,
    });
  }
}
