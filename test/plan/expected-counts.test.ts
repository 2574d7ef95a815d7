import { expect, test } from 'vitest';
import { type CountedBlock, expectCounted } from '../../plan/expected-counts.ts';
import type { Plan } from '../../plan/plan.ts';
import { findUnexpected } from '../../plan/unexpected-counts.ts';
import { type Changes, planOf } from './study.ts';

/** As many examples at every seed, and tokens that differ by seed in the first domain. */
function countAll({ lineages }: Plan): CountedBlock[] {
  return lineages.flatMap((lineage) =>
    [...lineage.blocks.keys()].map((block) => {
      const tokens = block === 0 ? 100 + lineage.seed : 200;
      return { lineage, block, counts: { examples: 10, tokens, targetTokens: 20 } };
    }),
  );
}

function sectionOf(changes: Changes = {}) {
  const plan = planOf(changes);
  return expectCounted(plan, countAll(plan));
}

test('what is the same at every seed is one number, the rest is one a seed', () => {
  const examples = { travel: 10, banking: 10 };
  const tokens = { travel: { 1: 101, 2: 102 }, banking: 200 };
  const targetTokens = { travel: 20, banking: 20 };
  expect(sectionOf()).toEqual({
    examples: { keep: examples, strip: examples },
    tokens: { keep: tokens, strip: tokens },
    targetTokens: { keep: targetTokens, strip: targetTokens },
  });
});

test('a sweep that expects what was counted finds nothing else, and one defect at its seed alone', () => {
  const plan = planOf({ expect: sectionOf() });
  const blocks = countAll(plan);
  expect(blocks.flatMap((block) => findUnexpected(plan, block))).toEqual([]);
  const off = blocks.map(({ lineage, block, counts }) => {
    const isSpoiled = lineage.condition === 'strip' && lineage.seed === 2 && block === 0;
    return { lineage, block, counts: { ...counts, tokens: counts.tokens - (isSpoiled ? 1 : 0) } };
  });
  expect(off.flatMap((block) => findUnexpected(plan, block))).toEqual([
    { block: 'strip/2/travel', what: 'tokens', expected: 102, found: 101, examples: 10 },
  ]);
});

test('a seed that has no number is not expected of', () => {
  const plan = planOf({ expect: { tokens: { keep: { travel: { 2: 7 } } } } });
  const found = countAll(plan).flatMap((block) => findUnexpected(plan, block));
  expect(found.map(({ block }) => block)).toEqual(['keep/2/travel']);
});

test('conditions without one count a domain and seed are left out', () => {
  const conditions = {
    keep: { trace: 'keep' },
    replay: { trace: 'keep', replay: 0.5 },
    joint: { trace: 'keep', strategy: 'joint' },
    untrained: { trace: 'keep', strategy: 'zero-shot' },
  };
  expect(Object.keys(sectionOf({ conditions }).tokens ?? {})).toEqual(['keep', 'replay']);
  const stream = { domains: ['travel', 'banking'], orders: 'all' };
  expect(Object.keys(sectionOf({ conditions, stream }).tokens ?? {})).toEqual(['keep']);
});
