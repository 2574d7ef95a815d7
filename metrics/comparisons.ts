import type { Comparison, Estimate, MetricName, Pair, Verdict } from '../contract/results.ts';
import { METRICS } from './definitions.ts';
import { deviationOf, estimateMean, testMean } from './estimates.ts';
import { adjustHolm } from './holm.ts';
import { fewestPairs, permutationFloor, testSignFlips } from './permutation.ts';
import { countSeedsToSettle } from './power.ts';
import { interquartileMean, probabilityOfLarger } from './robust.ts';
import { writeSentence } from './sentence.ts';

export interface Question {
  treatment: string;
  control: string;
  metric: MetricName;
  /** Smallest difference that matters, as a fraction. */
  margin: number;
  alpha: number;
}

export interface ComparisonInput extends Question {
  /** One value a seed, orders averaged; null where a cell is missing. */
  seeds: readonly { seed: number; treatment: number | null; control: number | null }[];
  testTrainRatio: number;
  /** Only a question declared before the runs gets a verdict. */
  declared: boolean;
  bootstrap: Comparison['bootstrap'];
}

/** The paired difference of two conditions over seeds: interval, p values and, if declared, a verdict. */
export function compareConditions(input: ComparisonInput): Comparison {
  const { treatment, control, metric, margin, alpha, testTrainRatio, declared, bootstrap } = input;
  const pairs = input.seeds.map(pairUp);
  const differences = pairs.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  const difference = estimateMean(differences, { level: 1 - alpha, testTrainRatio });
  const p = {
    t: testMean(differences, testTrainRatio),
    permutation: testSignFlips(differences),
    floor: permutationFloor(differences.length),
    holm: null,
  };
  const { mean } = difference;
  const deviation = deviationOf(differences);
  const answer = {
    treatment,
    control,
    metric,
    margin,
    alpha,
    pairs,
    difference,
    p,
    bootstrap,
    interquartileMean: interquartileMean(differences),
    probabilityOfImprovement: probabilityOfImprovement(pairs, metric),
    seedsToSettle:
      mean === null || deviation === null
        ? null
        : atLeast(
            fewestPairs(alpha),
            countSeedsToSettle({ mean, deviation, alpha, testTrainRatio }),
          ),
  };
  const verdict = declared ? decide(answer) : null;
  return { ...answer, verdict, sentence: writeSentence({ ...answer, verdict }) };
}

/** Exploratory comparisons of one sweep with the p values that hold for all of them together. */
export function correctForNumber(comparisons: readonly Comparison[]): Comparison[] {
  const adjusted = adjustHolm(comparisons.map(({ p }) => p.t));
  return comparisons.map((comparison, index) => {
    const corrected = { ...comparison, p: { ...comparison.p, holm: adjusted[index] ?? null } };
    return { ...corrected, sentence: writeSentence(corrected) };
  });
}

/** Below the permutation floor no verdict is given, whatever the t test says. */
function atLeast(fewest: number, count: number | null): number | null {
  return count === null ? null : Math.max(fewest, count);
}

function probabilityOfImprovement(pairs: readonly Pair[], metric: MetricName): number | null {
  const complete = pairs.filter(({ difference }) => difference !== null);
  const treatments = complete.map((pair) => pair.treatment ?? Number.NaN);
  const controls = complete.map((pair) => pair.control ?? Number.NaN);
  return METRICS[metric].higherIsBetter
    ? probabilityOfLarger(treatments, controls)
    : probabilityOfLarger(controls, treatments);
}

function pairUp(seed: ComparisonInput['seeds'][number]): Pair {
  const { treatment, control } = seed;
  const isPaired = treatment !== null && control !== null;
  return { ...seed, difference: isPaired ? treatment - control : null };
}

/**
 * `insufficient`: so few pairs that not even differences of one sign could reach alpha under permutation. Otherwise the
 * interval decides: clear of zero with a mean of at least the margin is `improved` or `regressed`, within the margin on
 * both sides is `equivalent` (two one-sided tests, each at alpha / 2), anything else `inconclusive`.
 */
function decide(comparison: Omit<Comparison, 'verdict' | 'sentence'>): Verdict {
  const { difference, p, margin, alpha, metric } = comparison;
  const gain = orient(difference, METRICS[metric].higherIsBetter);
  if (gain === null || p.floor === null || p.floor > alpha) return 'insufficient';
  if (gain.low > 0 && gain.mean >= margin) return 'improved';
  if (gain.high < 0 && gain.mean <= -margin) return 'regressed';
  if (gain.low > -margin && gain.high < margin) return 'equivalent';
  return 'inconclusive';
}

/** The difference with its sign turned so that more is better; null without an interval. */
function orient(
  { mean, low, high }: Estimate,
  higherIsBetter: boolean,
): { mean: number; low: number; high: number } | null {
  if (mean === null || low === null || high === null) return null;
  return higherIsBetter ? { mean, low, high } : { mean: -mean, low: -high, high: -low };
}
