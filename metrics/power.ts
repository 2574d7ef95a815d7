import studentQuantile from '@stdlib/stats-base-dists-t-quantile';

const POWER = 0.8;
const LARGEST = 10_000;

export interface SeenDifferences {
  mean: number;
  /** Sample standard deviation of the paired differences. */
  deviation: number;
  alpha: number;
  /** As of an estimate: correlated training sets put a bound on what more seeds can tell. */
  testTrainRatio: number;
}

/**
 * The smallest number of pairs with which a paired t test at alpha would find a true difference of this size and spread in
 * four of five sweeps, by t quantiles on both sides (Snedecor and Cochran); null when 10,000 would not do.
 */
export function countSeedsToSettle(seen: SeenDifferences): number | null {
  const { mean, deviation, alpha, testTrainRatio } = seen;
  if (deviation === 0) return mean === 0 ? null : 2;
  const settles = (n: number): boolean => {
    const needed = studentQuantile(1 - alpha / 2, n - 1) + studentQuantile(POWER, n - 1);
    return needed * deviation * Math.sqrt(1 / n + testTrainRatio) <= Math.abs(mean);
  };
  if (!settles(LARGEST)) return null;
  let [tooFew, enough] = [1, LARGEST];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (settles(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
