import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../plan/cells.ts';
import { findDifferences } from '../../plan/differences.ts';
import { listPlaces } from '../../plan/places.ts';
import type { Plan } from '../../plan/plan.ts';
import { gpusOf, settingsOf, worldSizeOf } from '../../plan/training-settings.ts';
import { planOf } from './study.ts';

const KEEP = { trace: 'keep' };

describe('the hyperparameters of a condition', () => {
  const plan = planOf({
    conditions: { plain: KEEP, ewc: { ...KEEP, hyperparameters: { method: 'ewc', lr: 0.2 } } },
  });

  test("lie over the trainer's", () => {
    expect(settingsOf(plan.spec, 'ewc').hyperparameters).toEqual({ lr: 0.2, method: 'ewc' });
    expect(settingsOf(plan.spec, 'plain').hyperparameters).toEqual({ lr: 0.1 });
  });

  test('are part of every key of that condition, and of no other', () => {
    expect(blocksOf(plan, 'plain')).toEqual(blocksOf(planOf({ conditions: { plain: KEEP } })));
    expect(common(keysOf(plan, 'plain'), keysOf(plan, 'ewc'))).toEqual([]);
  });

  test('decide nothing by themselves: written at the trainer they come to the same keys', () => {
    const { trainer } = plan.spec;
    const hyperparameters = { lr: 0.2, method: 'ewc' };
    const same = planOf({ conditions: { ewc: KEEP }, trainer: { ...trainer, hyperparameters } });
    expect(keysOf(same, 'ewc')).toEqual(keysOf(plan, 'ewc'));
  });

  test('are part of what a block of another sweep predicts under them', () => {
    const conditions = { plain: KEEP, short: { ...KEEP, hyperparameters: { maxNewTokens: 9 } } };
    const fork = planOf({ conditions, base: { block: '0123abcd'.repeat(8) } });
    const before = planOf({ conditions: { plain: KEEP }, base: { block: '0123abcd'.repeat(8) } });
    expect(cellKeys(fork, null, 'plain')).toEqual(cellKeys(before, null, 'plain'));
    expect(common(cellKeys(fork, null, 'plain'), cellKeys(fork, null, 'short'))).toEqual([]);
  });

  test('are told where they make a block another one', () => {
    const before = planOf({ conditions: { ewc: KEEP } });
    const [old, now] = [before, plan].map((one) =>
      listPlaces(one).find(({ lineage }) => lineage.condition === 'ewc'),
    );
    expect(old && now && findDifferences(old, now)).toEqual([
      { what: 'conditions.ewc.hyperparameters.method', before: null, after: 'ewc' },
      { what: 'conditions.ewc.hyperparameters.lr', before: null, after: '0.2' },
    ]);
  });
});

describe('a trainer that is told of domains', () => {
  const told = planOf({ conditions: { keep: { ...KEEP, tellDomains: true } } });
  const untold = planOf({ conditions: { keep: KEEP } });

  test('leaves other blocks, and predicts anew with them', () => {
    expect(common(keysOf(told), keysOf(untold))).toEqual(cellKeys(untold, null));
  });

  test('predicts untrained as one that is not told', () => {
    expect(cellKeys(told, null)).toEqual(cellKeys(untold, null));
  });
});

describe('the world size', () => {
  test("is the number of a pod's GPUs, and at least one", () => {
    expect([0, 1, 4].map((gpus) => worldSizeOf(onPods(gpus).spec))).toEqual([1, 1, 4]);
  });

  test('is part of the keys: gradients are summed in another order', () => {
    expect(blocksOf(onPods(1))).toEqual(blocksOf(planOf()));
    expect(common(blocksOf(onPods(4)), blocksOf(planOf()))).toEqual([]);
  });

  test('is the same on GPUs of one machine, and so are the keys', () => {
    expect([0, 1, 4].map((gpus) => worldSizeOf(here(gpus).spec))).toEqual([1, 1, 4]);
    for (const gpus of [1, 4]) expect(keysOf(here(gpus))).toEqual(keysOf(onPods(gpus)));
    expect(keysOf(here(0))).toEqual(keysOf(planOf()));
    expect(here(1).sweep).toBe(planOf().sweep);
  });

  test('is one in plans that were made before a machine knew its GPUs', () => {
    const { spec } = planOf();
    const before = { ...spec, compute: { kind: 'local' } } as typeof spec;
    expect([worldSizeOf(before), gpusOf(before)]).toEqual([1, 0]);
  });

  test('of the built-in learner is one, whatever its pods have', () => {
    const { spec } = onPods(4);
    const trainer = planOf({ trainer: { kind: 'builtin' } }).spec.trainer;
    expect(worldSizeOf({ ...spec, trainer })).toBe(1);
  });
});

function onPods(gpus: number): Plan {
  return planOf({
    compute: { kind: 'kubernetes', namespace: 'n', image: 'i', gpus },
    store: 's3://bucket/store',
  });
}

function here(gpus: number): Plan {
  return planOf({ compute: { kind: 'local', gpus } });
}

function blocksOf(plan: Plan, condition?: string): string[] {
  return plan.lineages
    .filter((one) => condition === undefined || one.condition === condition)
    .flatMap(({ blocks }) => blocks);
}

function keysOf(plan: Plan, condition = 'keep'): string[] {
  const blocks = blocksOf(plan, condition);
  const checkpoints = [null, ...blocks.keys()].filter((one) => one === null || one < 2);
  return [...blocks, ...checkpoints.flatMap((block) => cellKeys(plan, block, condition))];
}

function cellKeys(plan: Plan, block: number | null, condition = 'keep'): string[] {
  const lineage = plan.lineages.find((one) => one.condition === condition);
  return lineage ? cellsOf(plan, lineage, block).map(({ prediction }) => prediction) : [];
}

function common(a: readonly string[], b: readonly string[]): string[] {
  return a.filter((one) => b.includes(one));
}
