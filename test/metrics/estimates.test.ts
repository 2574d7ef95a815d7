import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviationOf, estimateMean, testMean } from '../../metrics/estimates.ts';
import { adjustHolm } from '../../metrics/holm.ts';
import { permutationFloor, testSignFlips } from '../../metrics/permutation.ts';
import { countSeedsToSettle } from '../../metrics/power.ts';
import { interquartileMean, probabilityOfLarger } from '../../metrics/robust.ts';
import fixture from './fixtures/estimates.json' with { type: 'json' };

const PLAIN = { level: 0.95, testTrainRatio: 0 };

function toTwelveDigits(value: number | null): string | undefined {
  return value?.toFixed(12);
}

describe.each(fixture.cases)('against SciPy, rliable and statsmodels: $name', (expected) => {
  const differences = expected.treatment.map((value, i) => value - (expected.control[i] ?? 0));

  test('the mean and its t intervals', () => {
    for (const { level, low, high } of expected.intervals) {
      const estimate = estimateMean(differences, { level, testTrainRatio: 0 });
      expect(estimate.mean).toBeCloseTo(expected.mean, 12);
      expect(estimate.low).toBeCloseTo(low, 9);
      expect(estimate.high).toBeCloseTo(high, 9);
    }
  });

  test('the intervals and p value under the correction for overlapping training sets', () => {
    for (const { level, correctedLow, correctedHigh } of expected.intervals) {
      const estimate = estimateMean(differences, { level, testTrainRatio: fixture.ratio });
      expect(estimate.low).toBeCloseTo(correctedLow, 9);
      expect(estimate.high).toBeCloseTo(correctedHigh, 9);
    }
    expect(testMean(differences, fixture.ratio)).toBeCloseTo(expected.pCorrected, 9);
  });

  test('the p values of the paired t test and of all sign flips', () => {
    expect(testMean(differences, 0)).toBeCloseTo(expected.pT, 9);
    expect(testSignFlips(differences)).toBeCloseTo(expected.pPermutation, 12);
  });

  test('the interquartile mean and the probability of improvement', () => {
    expect(toTwelveDigits(interquartileMean(differences))).toBe(
      toTwelveDigits(expected.interquartileMean),
    );
    const probability = probabilityOfLarger(expected.treatment, expected.control);
    expect(probability).toBeCloseTo(expected.probabilityOfImprovement, 12);
  });

  test('the seeds that would settle it, but for the noncentral distribution', () => {
    const seeds = countSeedsToSettle({
      mean: expected.mean,
      deviation: deviationOf(differences) ?? Number.NaN,
      alpha: fixture.alpha,
      testTrainRatio: 0,
    });
    expect(Math.abs((seeds ?? Number.NaN) - expected.seedsToSettle)).toBeLessThanOrEqual(1);
  });
});

describe('p values of several comparisons', () => {
  test.each(fixture.holm)('are adjusted as statsmodels does: $p', ({ p, adjusted }) => {
    const ours = adjustHolm(p);
    expect(ours).toHaveLength(adjusted.length);
    for (const [index, value] of adjusted.entries()) expect(ours[index]).toBeCloseTo(value, 12);
  });

  test('do not count what has no p value', () => {
    expect(adjustHolm([0.02, null, 0.03])).toEqual([0.04, null, 0.04]);
    expect(adjustHolm([])).toEqual([]);
  });
});

describe('the number of seeds that would settle a difference', () => {
  const seen = { mean: 0.05, deviation: 0.05, alpha: 0.05, testTrainRatio: 0 };

  test('falls with the difference and rises with its spread', () => {
    expect(countSeedsToSettle(seen)).toBe(10);
    expect(countSeedsToSettle({ ...seen, mean: -0.1 })).toBeLessThan(10);
    expect(countSeedsToSettle({ ...seen, deviation: 0.1 })).toBeGreaterThan(10);
  });

  test('is none where overlapping training sets keep the error from falling, or nothing differs', () => {
    expect(countSeedsToSettle({ ...seen, testTrainRatio: 0.25 })).toBeNull();
    expect(countSeedsToSettle({ ...seen, mean: 0 })).toBeNull();
    expect(countSeedsToSettle({ ...seen, mean: 0, deviation: 0 })).toBeNull();
  });

  test('is the fewest that have a spread where all seeds agree', () => {
    expect(countSeedsToSettle({ ...seen, deviation: 0 })).toBe(2);
  });
});

describe('an estimate over seeds', () => {
  test('has no bounds with one seed and no mean with none', () => {
    expect(estimateMean([0.5], PLAIN)).toEqual({ mean: 0.5, low: null, high: null, n: 1 });
    expect(estimateMean([], PLAIN)).toEqual({ mean: null, low: null, high: null, n: 0 });
  });

  test('leaves out seeds without a value and says how many are left', () => {
    const complete = estimateMean([0.25, 0.75], PLAIN);
    expect(estimateMean([0.25, null, 0.75], PLAIN)).toEqual(complete);
    expect(complete.n).toBe(2);
  });

  test('is a point when all seeds agree', () => {
    expect(estimateMean([0.5, 0.5, 0.5], PLAIN)).toEqual({ mean: 0.5, low: 0.5, high: 0.5, n: 3 });
  });

  test('lies around its mean and widens with the level', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(values, (seeds) => {
        const narrow = estimateMean(seeds, { level: 0.9, testTrainRatio: 0 });
        const wide = estimateMean(seeds, { level: 0.99, testTrainRatio: 0 });
        expect(narrow.low).toBeLessThanOrEqual(narrow.mean ?? Number.NaN);
        expect(wide.low).toBeLessThanOrEqual(narrow.low ?? Number.NaN);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high ?? Number.NaN);
      }),
    );
  });
});

describe('the sign-flip test', () => {
  test('cannot go below its floor: 5 seeds reach .0625 and no less', () => {
    expect(permutationFloor(5)).toBe(0.0625);
    expect(testSignFlips([0.1, 0.2, 0.3, 0.4, 0.5])).toBe(0.0625);
    expect(permutationFloor(1)).toBeNull();
  });

  test('gives 1 when nothing differs', () => {
    expect(testSignFlips([0, 0, 0])).toBe(1);
    expect(testMean([0, 0, 0], 0)).toBe(1);
  });

  test('counts sums that differ by rounding alone as equal', () => {
    expect(testSignFlips([0.1, 0.2, -0.3])).toBe(1);
  });

  test('samples beyond 16 pairs, the same each time and near the enumerated value', () => {
    const sixteen = Array.from({ length: 16 }, (_, i) => Math.sin(i) + 0.3);
    const seventeen = [...sixteen, 0];
    const sampled = testSignFlips(seventeen);
    expect(sampled).toBe(testSignFlips(seventeen));
    expect(sampled).toBeCloseTo(testSignFlips(sixteen) ?? Number.NaN, 2);
  });
});
