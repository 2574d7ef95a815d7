import { expect, test } from 'vitest';
import { describeUnexpected, findUnexpected } from '../../plan/unexpected-counts.ts';
import type { UnexpectedCount } from '../../plan/unexpected-counts.ts';
import { blockKeys, planOf } from './study.ts';

const EXPECTED = {
  tokens: { keep: { travel: 1000, banking: 2000 } },
  examples: { keep: { travel: 10 } },
};
const plan = planOf({ expect: EXPECTED });

function find(lineage: number, block: number, tokens: number, examples = 10): UnexpectedCount[] {
  const of = plan.lineages[lineage];
  if (!of) throw new Error(`no lineage ${lineage}`);
  return findUnexpected(plan, {
    lineage: of,
    block,
    counts: { examples, tokens, targetTokens: 0 },
  });
}

test('what comes out as expected, or is not expected at all, is nothing', () => {
  expect(find(0, 0, 1000)).toEqual([]);
  expect(find(0, 1, 2000, 7)).toEqual([]);
  expect(find(1, 0, 5)).toEqual([]);
});

test('what comes out otherwise has block, expected and found, at every seed', () => {
  const off = { what: 'tokens', expected: 1000, found: 1040, examples: 10 };
  expect(find(0, 0, 1040)).toEqual([{ ...off, block: 'keep/1/travel' }]);
  expect(find(2, 0, 1040)).toEqual([{ ...off, block: 'keep/2/travel' }]);
});

test('one difference in every example points to what every prompt has', () => {
  const text = describeUnexpected([...find(0, 0, 1040), ...find(0, 1, 2040)]);
  expect(text).toBe(
    [
      'the trainer counts other training data than the sweep file expects:',
      '  keep/1/travel: expected 1,000 tokens, found 1,040 (+40)',
      '  keep/1/banking: expected 2,000 tokens, found 2,040 (+40)',
      "Every example differs by +4: look at the system prompt and the chat template (the model's revision).",
    ].join('\n'),
  );
});

test('other differences point to revisions and hyperparameters, other examples to the data', () => {
  const tokens = [...find(0, 0, 1040), ...find(0, 1, 1900)];
  expect(describeUnexpected(tokens)).toMatch(
    /found 1,900 \(−100\)\nWhat may differ: the model's revision/,
  );
  expect(describeUnexpected(find(0, 0, 900, 9))).toMatch(
    /expected 10 examples, found 9 \(−1\)\n.*\nOther examples: the revision of the data/,
  );
});

test('what is expected changes neither the sweep nor a key', () => {
  expect(plan.sweep).toBe(planOf().sweep);
  expect(blockKeys(plan)).toEqual(blockKeys(planOf()));
});
