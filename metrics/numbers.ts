/** How numbers look to people: fractions as percent or points with one decimal, negatives with a true minus. */

import type { Estimate } from '../contract/results.ts';

const MISSING = 'missing';

/** `39.2`; `missing` for null. */
export function percent(fraction: number | null): string {
  return fraction === null ? MISSING : decimal(100 * fraction, 1);
}

/** A difference of fractions in points: `+17.7`, `−5.9`, `0.0`. */
export function points(fraction: number | null): string {
  const text = percent(fraction);
  return fraction !== null && fraction > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** `0.412`: nats per token. */
export function nats(value: number | null): string {
  return value === null ? MISSING : decimal(value, 3);
}

/** A difference of them: `+0.031`. */
export function signedNats(value: number | null): string {
  const text = nats(value);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

type Show = (value: number | null) => string;

/** `39.2 [35.1, 43.3]`, or the mean alone where there is no interval. */
export function withInterval(estimate: Estimate, show: Show = percent): string {
  return [show(estimate.mean), interval(estimate, show)].filter((text) => text !== '').join(' ');
}

/** `[35.1, 43.3]`; empty where it is not known. */
export function interval(
  { low, high }: Pick<Estimate, 'low' | 'high'>,
  show: Show = percent,
): string {
  return low === null || high === null ? '' : `[${show(low)}, ${show(high)}]`;
}

export function pValue(p: number | null): string {
  if (p === null) return MISSING;
  return p < 0.0001 ? '< 0.0001' : decimal(p, 4);
}

/** `95 %` of 0.95. */
export function level(fraction: number): string {
  return `${Number((100 * fraction).toFixed(1))} %`;
}

/** `12,345` */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `43.2 s`, `12.3 min`, `4.5 h` */
export function duration(seconds: number): string {
  if (seconds < 120) return `${decimal(seconds, 1)} s`;
  return seconds < 7200 ? `${decimal(seconds / 60, 1)} min` : `${decimal(seconds / 3600, 1)} h`;
}

function decimal(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
