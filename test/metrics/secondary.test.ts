import { describe, expect, test } from 'vitest';
import { serialiseResults, summariseSweep } from '../../metrics/summarise.ts';
import { sampleSweep } from './sample-sweep.ts';

const drawn = summariseSweep(sampleSweep({ draws: 4, loss: true }));
const keep = drawn.conditions['keep']?.runs ?? [];

/** Of a list without gaps. */
function meanOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
}

describe('several draws', () => {
  test('are all in the accuracy, which is pass^1', () => {
    for (const { metrics, secondary } of keep)
      expect(secondary?.passK?.[0]).toBeCloseTo(metrics.averageAccuracy ?? Number.NaN, 12);
    expect(drawn.conditions['keep']?.secondary?.passK?.[0]?.mean).toBeCloseTo(
      drawn.conditions['keep']?.averageAccuracy.mean ?? Number.NaN,
      12,
    );
  });

  test('are counted by example', () => {
    const cell = keep[0]?.cells.at(-1)?.[0];
    expect(cell).toMatchObject({ examples: 40, draws: 4 });
    expect(cell?.byRight?.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(cell?.byRight?.reduce((sum, count, right) => sum + count * right, 0)).toBe(
      cell?.right.exact,
    );
    expect(Object.values(cell?.outcomes ?? {}).reduce((sum, count) => sum + count, 0)).toBe(160);
  });

  test('are all right the more seldom the more there are', () => {
    for (const { secondary } of keep) {
      const passes = secondary?.passK ?? [];
      expect(passes).toHaveLength(4);
      expect(passes).toEqual(passes.toSorted((a, b) => (b ?? 0) - (a ?? 0)));
    }
  });
});

test('strata count examples, and their shares are of all answers', () => {
  for (const { strata } of keep) {
    const { examples = 0, answers, right = 0 } = strata?.identical ?? {};
    expect([examples, answers]).toEqual([40, 160]);
    expect(right).toBeLessThan(160);
  }
  const own = drawn.conditions['keep']?.strata.identical;
  const shares = keep.map(({ strata }) => (strata?.identical.right ?? 0) / 160);
  expect(own?.examples).toBe(200);
  expect(own?.mean).toBeCloseTo(meanOf(shares), 12);
});

describe('loss on held-out targets', () => {
  test('is nats by tokens, in a matrix as the accuracies, and its mean is over domains', () => {
    for (const { cells, secondary } of keep) {
      const byHand = cells.map((row) => row.map((cell) => (cell?.loss?.nats ?? 0) / 500));
      expect(secondary?.loss?.matrix).toEqual(byHand);
      expect(secondary?.loss?.mean).toBeCloseTo(meanOf(byHand.at(-1) ?? []), 12);
    }
  });

  test('is compared at equal seeds, without a verdict', () => {
    const of = (condition: string): number[] =>
      drawn.conditions[condition]?.runs.map(({ secondary }) => secondary?.loss?.mean ?? 0) ?? [];
    const strip = of('strip');
    const differences = of('keep').map((value, seed) => value - (strip[seed] ?? 0));
    const compared = drawn.secondary?.find(({ measure }) => measure === 'loss');
    expect(compared).toMatchObject({ treatment: 'keep', control: 'strip' });
    expect(compared?.difference.n).toBe(5);
    expect(compared?.difference.mean).toBeCloseTo(meanOf(differences), 12);
    expect(compared).not.toHaveProperty('verdict');
  });

  test('is missing where a cell is, never averaged over the rest', () => {
    const holed = summariseSweep(
      sampleSweep({ loss: true, isMissing: ({ seed, block }) => seed === 2 && block === 3 }),
    );
    const run = holed.conditions['keep']?.runs[1];
    expect(run?.secondary?.loss?.mean).toBeNull();
    expect(run?.secondary?.loss?.matrix[3]).toEqual([null, null, null, null]);
    expect(holed.conditions['keep']?.secondary?.loss?.n).toBe(4);
  });
});

test('what was cut is a share of all answers', () => {
  expect(drawn.conditions['keep']?.secondary?.truncatedRate?.mean).toBeCloseTo(4 / 160, 12);
});

test('a sweep that measures nothing beside its metrics says nothing of it', () => {
  const plain = serialiseResults(summariseSweep(sampleSweep()));
  expect(plain).not.toMatch(/secondary|passK|byRight|"draws"|nats|truncatedRate/);
});
