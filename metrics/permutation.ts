import { createRandom } from '../contract/random.ts';

const LARGEST_ENUMERATED = 16;
const DRAWS = 9_999;
/** Sums that differ by rounding alone count as equal. */
const TOLERANCE = 1e-12;

/**
 * Two-sided p value of the sign-flip test on paired differences: the share of sign assignments whose sum is at least as
 * far from zero. All 2^n are enumerated up to 16 pairs; beyond, 9,999 seeded draws and the one observed. Null below two.
 */
export function testSignFlips(differences: readonly number[]): number | null {
  const n = differences.length;
  if (n < 2) return null;
  const scale = differences.reduce((total, value) => total + Math.abs(value), 0);
  const observed = Math.abs(differences.reduce((total, value) => total + value, 0));
  const isExtreme = (sum: number): boolean => Math.abs(sum) >= observed - TOLERANCE * scale;
  if (n > LARGEST_ENUMERATED) return sampleFlips(differences, isExtreme);
  let extreme = 0;
  for (let signs = 0; signs < 2 ** n; signs++) {
    const total = differences.reduce(
      (sum, value, i) => sum + (signs & (1 << i) ? -value : value),
      0,
    );
    if (isExtreme(total)) extreme++;
  }
  return extreme / 2 ** n;
}

/** The smallest two-sided p value that n pairs can give: all differences of one sign. */
export function permutationFloor(n: number): number | null {
  if (n < 2) return null;
  return Math.max(2 / 2 ** n, n > LARGEST_ENUMERATED ? 1 / (DRAWS + 1) : 0);
}

/** Pairs from which the smallest sign-flip p value, 2 / 2^n, is at most alpha. */
export function fewestPairs(alpha: number): number {
  return Math.max(2, Math.ceil(1 - Math.log2(alpha)));
}

function sampleFlips(differences: readonly number[], isExtreme: (sum: number) => boolean): number {
  const random = createRandom(0);
  let extreme = 1;
  for (let draw = 0; draw < DRAWS; draw++) {
    const total = differences.reduce(
      (sum, value) => sum + (random.next() < 0.5 ? -value : value),
      0,
    );
    if (isExtreme(total)) extreme++;
  }
  return extreme / (DRAWS + 1);
}
