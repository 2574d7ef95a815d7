import { describe, expect, test } from 'vitest';
import type { MetricName } from '../../contract/results.ts';
import { compareConditions } from '../../metrics/comparisons.ts';

const QUESTION = {
  treatment: 'keep',
  control: 'strip',
  metric: 'averageAccuracy' as MetricName,
  margin: 0.05,
  alpha: 0.1,
  testTrainRatio: 0,
  declared: true,
  bootstrap: null,
};

/** Seeds whose differences are given; null leaves the treatment out. */
function compare(
  differences: (number | null)[],
  change: Partial<typeof QUESTION> = {},
): ReturnType<typeof compareConditions> {
  const seeds = differences.map((difference, index) => ({
    seed: index + 1,
    treatment: difference === null ? null : 0.5 + difference,
    control: 0.5,
  }));
  return compareConditions({ ...QUESTION, ...change, seeds });
}

describe('a declared question is', () => {
  test.each([
    { verdict: 'improved', differences: [0.1, 0.12, 0.09, 0.11, 0.1] },
    { verdict: 'regressed', differences: [-0.1, -0.12, -0.09, -0.11, -0.1] },
    { verdict: 'equivalent', differences: [0.01, -0.01, 0.012, -0.009, 0] },
    { verdict: 'inconclusive', differences: [0.2, -0.1, 0.15, -0.05, 0.1] },
    { verdict: 'insufficient', differences: [0.1, 0.12, 0.09, 0.11] },
  ])('$verdict for $differences', ({ verdict, differences }) => {
    expect(compare(differences).verdict).toBe(verdict);
  });

  test('inconclusive when it is clear of zero but may be smaller than what matters', () => {
    expect(compare([0.03, 0.05, 0.04, 0.06, 0.03]).verdict).toBe('inconclusive');
  });

  test('regressed when a metric of which less is better rises', () => {
    const rising = [0.1, 0.12, 0.09, 0.11, 0.1];
    expect(compare(rising, { metric: 'forgetting' }).verdict).toBe('regressed');
  });

  test('insufficient at 5 seeds and alpha .05, which sign flips cannot reach', () => {
    const { verdict, sentence, p } = compare([0.1, 0.12, 0.09, 0.11, 0.1], { alpha: 0.05 });
    expect(verdict).toBe('insufficient');
    expect(p.floor).toBe(0.0625);
    expect(sentence).toContain('at least 6 are needed');
  });

  test('decided with fewer claims where training sets overlap', () => {
    const differences = [0.1, 0.02, 0.12, 0.04, 0.09];
    expect(compare(differences).verdict).toBe('improved');
    expect(compare(differences, { testTrainRatio: 1 }).verdict).toBe('inconclusive');
  });
});

test('one seed never yields a claim, however large its difference', () => {
  const { verdict, difference, p, seedsToSettle, sentence } = compare([0.9]);
  expect(verdict).toBe('insufficient');
  expect(difference).toMatchObject({ low: null, high: null, n: 1 });
  expect(p).toEqual({ t: null, permutation: null, floor: null, holm: null });
  expect(seedsToSettle).toBeNull();
  expect(sentence).toContain('n = 1 seed, no interval');
  expect(sentence).toContain('1 paired seed cannot reach alpha 0.1; at least 5 are needed');
});

describe('beside the interval', () => {
  test('the probability of improvement turns with what is better', () => {
    const differences = [0.1, 0.12, 0.09, 0.11, 0.1];
    expect(compare(differences).probabilityOfImprovement).toBe(1);
    const forgotten = compare(differences, { metric: 'forgetting' });
    expect(forgotten.probabilityOfImprovement).toBe(0);
  });

  test('the interquartile mean leaves out the outlier that moves the mean', () => {
    const { interquartileMean, difference } = compare([0.1, 0.1, 0.1, 0.1, 0.9]);
    expect(interquartileMean).toBeCloseTo(0.1, 12);
    expect(difference.mean).toBeCloseTo(0.26, 12);
    expect(compare([0.1, 0.1, 0.9]).interquartileMean).toBeNull();
  });

  test('no fewer seeds would settle it than sign flips need to reach alpha', () => {
    const clear = [0.3, 0.31, 0.3, 0.31, 0.3];
    expect(compare(clear, { alpha: 0.1 }).seedsToSettle).toBe(5);
    expect(compare(clear, { alpha: 0.01 }).seedsToSettle).toBe(8);
  });

  test('more seeds are needed for less, and none would do where training sets overlap much', () => {
    const differences = [0.1, -0.02, 0.08, 0.05, -0.01];
    expect(compare(differences).seedsToSettle).toBeGreaterThan(5);
    expect(compare(differences, { testTrainRatio: 1 }).seedsToSettle).toBeNull();
  });
});

describe('a comparison', () => {
  test('pairs seeds and leaves out, but shows, those that lack a value', () => {
    const { pairs, difference } = compare([0.1, null, 0.2]);
    expect(difference.n).toBe(2);
    expect(difference.mean).toBeCloseTo(0.15, 12);
    expect(pairs[1]).toEqual({ seed: 2, treatment: null, control: 0.5, difference: null });
  });

  test('without any pair has no numbers, and a sentence that says so', () => {
    const { difference, p, verdict, sentence } = compare([null, null]);
    expect(difference).toEqual({ mean: null, low: null, high: null, n: 0 });
    expect(p).toEqual({ t: null, permutation: null, floor: null, holm: null });
    expect(verdict).toBe('insufficient');
    expect(sentence).toContain('no seed has both values');
  });

  test('gets no verdict when it was not declared', () => {
    const { verdict, sentence } = compare([0.1, 0.12, 0.09, 0.11, 0.1], { declared: false });
    expect(verdict).toBeNull();
    expect(sentence).toContain('Exploratory');
  });

  test('says in its sentence what is in its numbers', () => {
    const { sentence } = compare([0.1, 0.12, 0.09, 0.11, 0.1]);
    for (const part of [
      'keep − strip',
      'average accuracy',
      '+10.4 points',
      '90 % interval',
      'n = 5',
      'Improved',
    ])
      expect(sentence).toContain(part);
  });
});
