import { blockAt, cellsOf, checkpointsOf, countAnswers, treeOf, trainingOf } from './cells.ts';
import type { Plan, PlannedLineage } from './plan.ts';

/** What the store holds of a plan. */
export interface Stored {
  /** Committed block keys. */
  blocks: ReadonlySet<string>;
  /** Blocks with a checkpoint of an attempt that did not finish, and its step. */
  partial: ReadonlyMap<string, number>;
  /** Blocks that were committed and found damaged since, and why. */
  damaged: ReadonlyMap<string, string>;
  scores: ReadonlySet<string>;
  predictions: ReadonlySet<string>;
}

/** `compute` and `stored` as in `+` and `=`; `resume` goes on from a checkpoint, `score` needs no generation. */
export interface PlanPreview {
  sweep: string;
  lineages: number;
  runs: number;
  blocks: { total: number; stored: number; resume: number; compute: number };
  cells: { total: number; stored: number; score: number; compute: number };
  /** Answers to held-out prompts that will be predicted. */
  predictions: number;
  conditions: ConditionPreview[];
  /** Why what is computed is computed: reason to number of blocks. */
  reasons: Record<string, number>;
}

export interface ConditionPreview {
  condition: string;
  blocks: number;
  compute: number;
  /** Examples trained on once over, summed over the blocks that will be computed. */
  examples: number;
}

/** Compares a plan with the store; distinct keys count once, however many lineages share them. */
export function previewPlan(plan: Plan, stored: Stored): PlanPreview {
  const blocks = new Map<string, 'stored' | 'resume' | 'compute'>();
  const cells = new Map<string, 'stored' | 'score' | 'compute'>();
  const conditions = new Map<string, ConditionPreview>();
  const reasons: Record<string, number> = {};
  let predictions = 0;
  for (const lineage of plan.lineages) {
    const row = conditions.get(lineage.condition) ?? {
      condition: lineage.condition,
      blocks: 0,
      compute: 0,
      examples: 0,
    };
    conditions.set(lineage.condition, row);
    lineage.blocks.forEach((key, block) => {
      row.blocks++;
      const state = blockState(key, stored);
      if (state !== 'stored' && !blocks.has(key)) {
        row.compute++;
        row.examples += trainingOf(plan, lineage, block).examples;
        const reason = explain(plan, lineage, block, stored);
        reasons[reason] = (reasons[reason] ?? 0) + 1;
      }
      blocks.set(key, state);
    });
    for (const block of checkpointsOf(lineage))
      for (const cell of cellsOf(plan, lineage, block)) {
        const state = cellState(cell, stored);
        if (state === 'compute' && !cells.has(cell.score)) predictions += countAnswers(cell);
        cells.set(cell.score, state);
      }
  }
  return {
    sweep: plan.sweep,
    lineages: plan.lineages.length,
    runs: plan.lineages.reduce((sum, lineage) => sum + treeOf(plan, lineage).orders.length, 0),
    blocks: { total: blocks.size, ...tally(blocks, ['stored', 'resume', 'compute']) },
    cells: { total: cells.size, ...tally(cells, ['stored', 'score', 'compute']) },
    predictions,
    conditions: [...conditions.values()],
    reasons,
  };
}

function blockState(key: string, stored: Stored): 'stored' | 'resume' | 'compute' {
  if (stored.blocks.has(key)) return 'stored';
  return stored.partial.has(key) ? 'resume' : 'compute';
}

function cellState(
  cell: { score: string; prediction: string },
  stored: Stored,
): 'stored' | 'score' | 'compute' {
  if (stored.scores.has(cell.score)) return 'stored';
  return stored.predictions.has(cell.prediction) ? 'score' : 'compute';
}

function explain(plan: Plan, lineage: PlannedLineage, block: number, stored: Stored): string {
  const { blocks: keys } = lineage;
  const key = keys[block] ?? '';
  const step = stored.partial.get(key);
  if (step !== undefined) return `goes on from a stored checkpoint`;
  const { parent } = blockAt(plan, lineage, block);
  if (parent === null) return 'nothing is stored under its key';
  return stored.blocks.has(keys[parent] ?? '')
    ? 'follows a stored block'
    : 'follows a block that is computed';
}

function tally<K extends string>(states: Map<string, K>, names: readonly K[]): Record<K, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (const state of states.values()) counts[state]++;
  return counts;
}
