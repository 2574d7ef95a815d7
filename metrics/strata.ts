import type { RunResult } from '../contract/results.ts';
import type { Convention, ExampleScore } from '../contract/scores.ts';
import { type ExampleStrata, STRATA, type Stratum } from '../contract/strata.ts';
import type { GatheredRun } from './runs.ts';

/** Strata of one seed's held-out examples: by domain, then by the example's id. */
export type StrataByDomain = ReadonlyMap<string, ReadonlyMap<string, ExampleStrata>>;

/** Examples and right ones of each stratum after the last block, all domains together. */
export function countStrata(
  { cells, order }: GatheredRun,
  convention: Convention,
  strataOf: StrataByDomain,
): RunResult['strata'] {
  const counts = Object.fromEntries(
    STRATA.map((name) => [name, { examples: 0, right: 0 }]),
  ) as NonNullable<RunResult['strata']>;
  const count = (stratum: Stratum, example: ExampleScore): void => {
    const own = counts[stratum];
    if (example.draw !== undefined) own.answers = (own.answers ?? 0) + 1;
    if ((example.draw ?? 0) === 0) own.examples++;
    if (example.right[convention]) own.right++;
  };
  for (const [j, domain] of order.entries()) {
    const cell = cells.at(-1)?.[j];
    const strata = strataOf.get(domain);
    if (!cell || !strata) return null;
    for (const example of cell.examples) {
      const of = strata.get(example.id);
      if (!of) return null;
      count(of.trace, example);
      count(of.target, example);
    }
  }
  return counts;
}
