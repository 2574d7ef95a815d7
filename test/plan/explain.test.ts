import { describe, expect, test } from 'vitest';
import { type Explanation, explainPlan } from '../../plan/explain.ts';
import type { PlanInputs } from '../../plan/expand.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Stored } from '../../plan/preview.ts';
import { blockKeys, type Changes, planOf, rendered } from './study.ts';

const NOTHING: Stored = {
  blocks: new Set(),
  partial: new Map(),
  damaged: new Map(),
  scores: new Set(),
  predictions: new Set(),
};
const before = planOf();

/** Explained against the study as it was, of which everything is stored unless said otherwise. */
function explain(
  changes: Changes,
  stored: Partial<Stored> = {},
  earlier = [before],
): Explanation[] {
  const all = new Set(earlier.flatMap(blockKeys));
  return explainPlan(planOf(changes), { ...NOTHING, blocks: all, ...stored }, earlier);
}

/** Only what the first domain trains on has changed. */
const training: PlanInputs['training'] = ({ seed, path }) =>
  rendered(path.length === 1 ? 'other' : 'train', ['keep', seed, ...(path.at(-1) ?? [])]);

const inShort = (explanations: Explanation[]): string[] =>
  explanations.map(({ sign, blocks, why }) => `${sign} ${blocks} ${why}`);

describe('why blocks are computed', () => {
  test('a field of the trainer: all of them, in one group', () => {
    const trainer = { ...before.spec.trainer, hyperparameters: { lr: 0.2, epochs: 3 } };
    const [group, ...others] = explain({ trainer });
    expect(others).toEqual([]);
    expect(group).toMatchObject({ sign: '+', blocks: 8, comparedWith: before.sweep });
    expect(group?.differences).toEqual([
      { what: 'trainer.hyperparameters.lr', before: '0.1', after: '0.2' },
      { what: 'trainer.hyperparameters.epochs', before: null, after: '3' },
    ]);
  });

  test('data of one condition: the field that changed them, and examples summed', () => {
    const conditions = { keep: { trace: 'keep', limit: 5 }, strip: { trace: 'strip' } };
    const explanations = explain({ conditions });
    expect(inShort(explanations)).toEqual(['+ 4 made from something else', '= 4 stored']);
    expect(explanations[0]?.differences).toEqual([
      { what: 'training data', before: '40 examples', after: '40 examples' },
      { what: 'conditions.keep.limit', before: null, after: '5' },
    ]);
  });

  test('what stands on a changed block is told apart from what changed', () => {
    const conditions = { keep: { trace: 'keep' } };
    const other = planOf({ conditions }, { training });
    const explanations = explainPlan(other, NOTHING, [before]);
    expect(inShort(explanations)).toEqual([
      '+ 2 made from something else',
      '+ 2 follows a block that is computed',
    ]);
    expect(explanations.map(({ domains }) => domains)).toEqual([['travel'], ['banking']]);
    expect(explanations[0]?.differences.map(({ what }) => what)).toEqual(['training data']);
  });

  test('another block to start from', () => {
    const [key = ''] = blockKeys(before);
    const [group] = explain({ base: { block: key } });
    expect(group?.differences).toEqual([
      { what: 'base', before: 'untrained', after: key.slice(0, 12) },
    ]);
  });

  test('a seed, a condition and a domain that are new', () => {
    const conditions = { keep: { trace: 'keep' }, filled: { trace: 'filler' } };
    const stream = { domains: ['travel', 'banking', 'library'] };
    expect(inShort(explain({ seeds: 3, conditions, stream }))).toEqual([
      '+ 2 travel > banking > library was not learned before',
      '+ 9 condition filled is new',
      '+ 3 seed 3 is new',
      '= 4 stored',
    ]);
  });

  test('damage, checkpoints and what was never finished, each with its sign', () => {
    const [first = '', second = '', _third, ...rest] = blockKeys(before);
    const stored = {
      blocks: new Set(rest),
      damaged: new Map([[first, 'a blob is missing']]),
      partial: new Map([[second, 50]]),
    };
    expect(inShort(explain({}, stored))).toEqual([
      '! 1 found damaged: a blob is missing',
      '+ 1 planned before, and never finished',
      '~ 1 goes on from its checkpoint',
      '= 5 stored',
    ]);
  });

  test('the nearest plan that has the block is what it is compared with', () => {
    const fewer = planOf({ seeds: [2], tags: { which: 'nearest' } });
    const renamed: Plan = { ...fewer, sweep: 'nearest' };
    const compared = explain(
      { evaluate: {}, trainer: { ...before.spec.trainer, hyperparameters: {} } },
      {},
      [renamed, before],
    ).map(({ seeds, comparedWith }) => [seeds, comparedWith]);
    expect(compared).toEqual([
      [[1], before.sweep],
      [[2], 'nearest'],
    ]);
  });

  test('a first sweep has nothing to be compared with', () => {
    expect(inShort(explain({}, {}, []))).toEqual([
      '+ 8 no earlier sweep in this home to compare with',
    ]);
  });

  test('a thousand blocks read as a few lines', () => {
    const study = {
      stream: { domains: ['travel', 'banking', 'library', 'clinic'], orders: 'all' },
    };
    const earlier = planOf({ ...study, seeds: 8 });
    const trainer = { ...before.spec.trainer, hyperparameters: { lr: 0.3 } };
    const explanations = explainPlan(planOf({ ...study, seeds: 9, trainer }), NOTHING, [earlier]);
    expect(explanations.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(2 * 9 * 64);
    expect(explanations).toHaveLength(2);
  });
});
