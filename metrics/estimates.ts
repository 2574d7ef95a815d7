import studentCdf from '@stdlib/stats-base-dists-t-cdf';
import studentQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Estimate } from '../contract/results.ts';

export interface EstimateOptions {
  /** Confidence level, e.g. 0.95. */
  level: number;
  /**
   * Held-out over training examples when the training sets of different seeds overlap: widens the interval after Nadeau
   * and Bengio (2003), "Inference for the Generalization Error". 0: independent seeds.
   */
  testTrainRatio: number;
}

/** Mean and Student's t interval over seeds; nulls are seeds without a value and are left out of n. */
export function estimateMean(
  values: readonly (number | null)[],
  { level, testTrainRatio }: EstimateOptions,
): Estimate {
  const known = values.filter((value) => value !== null);
  const n = known.length;
  if (n === 0) return { mean: null, low: null, high: null, n };
  const mean = sum(known) / n;
  if (n === 1) return { mean, low: null, high: null, n };
  const half = studentQuantile((1 + level) / 2, n - 1) * standardError(known, testTrainRatio);
  return { mean, low: mean - half, high: mean + half, n };
}

/** Two-sided p value of a t test of zero mean; null below two values. */
export function testMean(values: readonly number[], testTrainRatio: number): number | null {
  if (values.length < 2) return null;
  const mean = sum(values) / values.length;
  if (mean === 0) return 1;
  const error = standardError(values, testTrainRatio);
  return error === 0 ? 0 : 2 * studentCdf(-Math.abs(mean / error), values.length - 1);
}

/** Sample standard deviation; null below two values. */
export function deviationOf(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = sum(values) / n;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (n - 1));
}

function standardError(values: readonly number[], testTrainRatio: number): number {
  return (deviationOf(values) ?? Number.NaN) * Math.sqrt(1 / values.length + testTrainRatio);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
