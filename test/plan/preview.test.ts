import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../plan/cells.ts';
import type { Plan } from '../../plan/plan.ts';
import { previewPlan, type Stored } from '../../plan/preview.ts';
import { planOf } from './study.ts';

const NOTHING: Stored = {
  blocks: new Set(),
  partial: new Map(),
  damaged: new Map(),
  scores: new Set(),
  predictions: new Set(),
};

const plan = planOf({ stream: { domains: ['travel', 'banking', 'library'] } });

function blockOf(lineage: number, block: number): string {
  return plan.lineages[lineage]?.blocks[block] ?? '';
}

test('an empty store: everything is computed, and why', () => {
  expect(previewPlan(plan, NOTHING)).toMatchObject({
    sweep: plan.sweep,
    lineages: 4,
    runs: 4,
    blocks: { total: 12, stored: 0, resume: 0, compute: 12 },
    // Four lineages, each with a zero-shot row and three checkpoints, three domains each.
    cells: { total: 48, stored: 0, score: 0, compute: 48 },
    predictions: 480,
    reasons: {
      'nothing is stored under its key': 4,
      'follows a block that is computed': 8,
    },
  });
});

test('every draw is an answer to predict', () => {
  const drawn = planOf({ evaluate: { decoding: { temperature: 1, draws: 3 } } });
  const once = planOf({ evaluate: { decoding: { temperature: 1 } } });
  expect(previewPlan(drawn, NOTHING).predictions).toBe(3 * previewPlan(once, NOTHING).predictions);
});

test('examples and blocks are counted for each condition', () => {
  expect(previewPlan(plan, NOTHING).conditions).toEqual([
    { condition: 'keep', blocks: 6, compute: 6, examples: 60 },
    { condition: 'strip', blocks: 6, compute: 6, examples: 60 },
  ]);
});

test('a stored block is not computed, and what follows it says so', () => {
  const stored = { ...NOTHING, blocks: new Set([blockOf(0, 0)]) };
  const preview = previewPlan(plan, stored);
  expect(preview.blocks).toEqual({ total: 12, stored: 1, resume: 0, compute: 11 });
  expect(preview.reasons).toMatchObject({ 'follows a stored block': 1 });
  expect(preview.conditions[0]).toMatchObject({ compute: 5, examples: 50 });
});

test('a block with a checkpoint goes on from it', () => {
  const stored = { ...NOTHING, partial: new Map([[blockOf(0, 0), 50]]) };
  const preview = previewPlan(plan, stored);
  expect(preview.blocks).toEqual({ total: 12, stored: 0, resume: 1, compute: 11 });
  expect(preview.reasons).toMatchObject({ 'goes on from a stored checkpoint': 1 });
});

test('cells: a score is stored, a prediction only needs scoring, the rest is generated', () => {
  const [first, second] = cellsOfBase(plan);
  const stored = {
    ...NOTHING,
    scores: new Set([first?.score ?? '']),
    predictions: new Set([first?.prediction ?? '', second?.prediction ?? '']),
  };
  expect(previewPlan(plan, stored)).toMatchObject({
    cells: { total: 48, stored: 1, score: 1, compute: 46 },
    predictions: 460,
  });
});

function cellsOfBase(of: Plan): ReturnType<typeof cellsOf> {
  const [lineage] = of.lineages;
  return lineage ? cellsOf(of, lineage, null) : [];
}

describe('what several lineages share counts once', () => {
  const conditions = { keep: { trace: 'keep' }, control: { trace: 'keep' } };
  const shared = planOf({ conditions });

  test('blocks, cells and reasons', () => {
    const preview = previewPlan(shared, NOTHING);
    expect(preview.blocks.total).toBe(4);
    expect(preview.reasons).toEqual({
      'nothing is stored under its key': 2,
      'follows a block that is computed': 2,
    });
  });

  test('the condition that comes first computes them', () => {
    const { conditions: rows } = previewPlan(shared, NOTHING);
    expect(rows.map(({ compute }) => compute)).toEqual([4, 0]);
  });
});

test('runs are lineages times orders; shared beginnings are planned once', () => {
  const stream = { domains: ['travel', 'banking', 'library', 'clinic'], orders: 'all' };
  const preview = previewPlan(planOf({ stream, seeds: 1 }), NOTHING);
  expect(preview).toMatchObject({ lineages: 2, runs: 48, blocks: { total: 128, compute: 128 } });
});

test('evaluate.domains: seen plans the upper triangle', () => {
  const stream = { domains: ['travel', 'banking', 'library'] };
  const seen = planOf({ stream, evaluate: { domains: 'seen' } });
  expect(previewPlan(seen, NOTHING).cells.total).toBe(4 * (1 + 2 + 3));
});
