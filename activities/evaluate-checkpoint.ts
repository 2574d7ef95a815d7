import { z } from 'zod';
import type { Compute, ComputeHooks } from '../compute/compute.ts';
import type { EvaluatedCheckpoint } from '../contract/activities.ts';
import { CausedError } from '../contract/causes.ts';
import { type PredictionsEvent, prediction } from '../contract/trainer-events.ts';
import { cellsOf, countAnswers, weightsOf } from '../plan/cells.ts';
import { settingsOf, worldSizeOf } from '../plan/training-settings.ts';
import { requireBlock } from '../store/blocks.ts';
import type { BlockRef } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import {
  type Cell,
  cellsOn,
  commitPredictions,
  hasScore,
  type Predicted,
  parseJsonLines,
  score,
  takePredictions,
} from './cells.ts';
import { provideHeldOut } from './provide-data.ts';
import type { Task } from './task.ts';

/** Text is kept as records can hold it: halves of surrogate pairs are replaced. */
const kept = prediction.extend({
  text: prediction.shape.text.transform((text) => Buffer.from(text, 'utf8').toString('utf8')),
});

/** A checkpoint's cells and those that nothing stands for yet, which its weights must predict. */
export interface OpenCells {
  weights: BlockRef | null;
  cells: Cell[];
  missing: Cell[];
}

export interface EvaluateHooks extends ComputeHooks {
  /** So many answers are predicted for good. */
  onCommitted?: (answers: number) => void;
}

/** Predicts and scores every cell of a checkpoint that has no score; stored predictions are only scored. */
export async function evaluateCheckpoint(
  compute: Pick<Compute, 'generate'>,
  task: Task,
  hooks: EvaluateHooks,
): Promise<EvaluatedCheckpoint> {
  const { weights, cells, missing } = await openCells(task);
  const of = { weights, cells: missing };
  const computeSeconds = missing.length > 0 ? await predict(compute, task, of, hooks) : 0;
  return { computed: missing.length, reused: cells.length - missing.length, computeSeconds };
}

/** Scores what is predicted, and finds what is not. */
export async function openCells({ store, plan, lineage, block }: Task): Promise<OpenCells> {
  const key = weightsOf(plan, lineage, block);
  const weights = key === null ? null : await findWeights(store, key);
  const cells = cellsOn(weights?.manifest ?? null, cellsOf(plan, lineage, block));
  await provideHeldOut(store, plan, lineage);
  const missing: Cell[] = [];
  for (const cell of cells) {
    if (await hasScore(store, cell)) continue;
    const predictions = await takePredictions(store, cell);
    if (predictions) await score(store, cell, predictions);
    else missing.push(cell);
  }
  return { weights, cells, missing };
}

async function findWeights(store: Store, key: string): Promise<BlockRef> {
  return { key, manifest: (await requireBlock(store, key)).sha256 };
}

async function predict(
  compute: Pick<Compute, 'generate'>,
  task: Task,
  of: { weights: BlockRef | null; cells: Cell[] },
  hooks: EvaluateHooks,
): Promise<number> {
  const { store, plan, lineage, trainer } = task;
  const { weights, cells } = of;
  const byName = new Map(cells.map((cell) => [cell.domain, cell]));
  const { computeSeconds } = await compute.generate(
    {
      store,
      key: cells[0]?.prediction ?? '',
      trainer,
      hyperparameters: settingsOf(plan.spec, lineage.condition).hyperparameters,
      tools: plan.tools,
      weights,
      prompts: cells.map(({ domain, data }) => ({
        name: domain,
        sha256: data.prompts.sha256,
        targets: data.gold.sha256,
      })),
      decoding: plan.decoding,
      worldSize: worldSizeOf(plan.spec),
    },
    {
      ...hooks,
      onPredictions: async (told, bytes) => {
        const cell = byName.get(told.name);
        if (!cell)
          throw new CausedError('trainer-bug', `predictions for ${told.name} were not asked for`);
        const predicted = readPredicted(cell, told, bytes);
        await score(store, cell, await commitPredictions(store, cell, predicted));
        hooks.onCommitted?.(countAnswers(cell));
      },
    },
  );
  return computeSeconds;
}

function readPredicted(cell: Cell, told: PredictionsEvent, bytes: Uint8Array): Predicted {
  const { name, truncated, loss } = told;
  return {
    predictions: parsePredictions(name, bytes),
    ...(truncated !== undefined && { truncated }),
    ...(loss && { loss: { nats: loss.nats, tokens: loss.tokens, gold: cell.data.gold.sha256 } }),
  };
}

function parsePredictions(name: string, bytes: Uint8Array): Predicted['predictions'] {
  try {
    return z.array(kept).parse(parseJsonLines(bytes));
  } catch (error) {
    throw new CausedError(
      'trainer-bug',
      `the predictions for ${name} are not one {"id", "text"} a line`,
      { cause: error },
    );
  }
}
