import type { Comparison } from '../contract/results.ts';
import { METRICS } from './definitions.ts';
import { fewestPairs } from './permutation.ts';
import { level, percent, points, pValue } from './numbers.ts';

/** A comparison as one line of text for people: difference in points, interval, n, p values and what follows from them. */
export function writeSentence(comparison: Omit<Comparison, 'sentence'>): string {
  const { treatment, control, metric, verdict } = comparison;
  const subject = `${treatment} − ${control}, ${METRICS[metric].label}`;
  const conclusion = verdict === null ? 'Exploratory' : conclude(comparison, verdict);
  return `${subject}: ${describeDifference(comparison)}. ${conclusion}.`;
}

function describeDifference({ difference, p, alpha }: Omit<Comparison, 'sentence'>): string {
  const { mean, low, high, n } = difference;
  if (mean === null) return 'no seed has both values';
  if (low === null || high === null) return `${points(mean)} points, n = 1 seed, no interval`;
  const interval = `${level(1 - alpha)} interval ${points(low)} to ${points(high)}`;
  return `${points(mean)} points, ${interval}, n = ${n} seeds, p ${relation(p.t)} (paired t), p ${relation(p.permutation)} (sign flips)`;
}

function conclude(
  { difference, p, margin, alpha }: Omit<Comparison, 'sentence'>,
  verdict: NonNullable<Comparison['verdict']>,
): string {
  const margins = `the margin of ${percent(margin)} points`;
  switch (verdict) {
    case 'improved':
      return `Improved: the interval is clear of zero and the difference reaches ${margins}`;
    case 'regressed':
      return `Regressed: the interval is clear of zero and the difference reaches ${margins}`;
    case 'equivalent':
      return `Equivalent: the whole interval lies within ${margins}`;
    case 'inconclusive':
      return `Inconclusive: the interval allows differences on both sides of zero or of ${margins}`;
    case 'insufficient':
      return `Insufficient: ${difference.n} paired seed${difference.n === 1 ? '' : 's'}${floorOf(p.floor)} cannot reach alpha ${alpha}; at least ${fewestPairs(alpha)} are needed`;
  }
}

function floorOf(floor: number | null): string {
  return floor === null ? '' : ` (smallest possible p ${pValue(floor)})`;
}

/** `= 0.0155` or `< 0.0001`. */
function relation(p: number | null): string {
  const text = pValue(p);
  return text.startsWith('<') ? text : `= ${text}`;
}
