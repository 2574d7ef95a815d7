import type { DomainReferences } from '../contract/references.ts';
import type { ConditionResult, Results } from '../contract/results.ts';
import { meanOf } from '../metrics/continual.ts';
import { percent, points } from '../metrics/numbers.ts';
import { examplesOf, knownStrata } from './strata.ts';

/** What stands beside the metrics, one line a condition: floor and ceilings as means over domains, then strata. */
export function tabulateContext(results: Results): string[][] {
  const strata = knownStrata(results);
  const rows = Object.entries(results.conditions).map(([name, condition]) => [
    name,
    ...BOUNDS.map(([, pick]) => meanOverDomains(condition, pick)),
    ...strata.map((stratum) => percent(condition.strata[stratum].mean)),
  ]);
  const head = strata.map((name) => `${name} (${examplesOf(results, name)})`);
  return [['', ...BOUNDS.map(([name]) => name), ...head], ...rows];
}

const BOUNDS: [string, (own: DomainReferences) => number | null][] = [
  ['floor', ({ floor }) => floor],
  ['copy', ({ copyCeiling }) => copyCeiling],
  ['gold', ({ goldReplay }) => goldReplay],
];

function meanOverDomains(
  { references }: ConditionResult,
  pick: (own: DomainReferences) => number | null,
): string {
  return percent(meanOf(references.map((own) => pick(own) ?? Number.NaN)));
}

/** One line for each set of published numbers. */
export function describePublished({ published, metrics }: Results): string[] {
  return published.map(({ name, condition, metrics: rows }) => {
    const distances = rows.map(
      ({ metric, distance }) => `${metrics[metric].short} ${points(distance)}`,
    );
    return `${condition} − ${name}: ${distances.join(', ')} points (what differs: see the report).`;
  });
}
