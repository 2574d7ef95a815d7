import type { DomainReferences } from '../contract/references.ts';
import type { Comparison, Estimate, MetricName, Results } from '../contract/results.ts';
import type { Convention } from '../contract/scores.ts';
import { count, interval, percent, points, pValue, withInterval } from '../metrics/numbers.ts';

/** Why a metric has no value: cells that should be there are not, or the design leaves it undefined. */
export function describeGap({ cells }: Results): string {
  return cells.missing > 0 ? 'missing' : 'not defined';
}

/** `35.9 [33.3, 38.6]`, with ` n=4` where that is fewer seeds than planned. */
export function describeEstimate(results: Results, estimate: Estimate): string {
  if (estimate.mean === null) return describeGap(results);
  return `${withInterval(estimate)}${estimate.n < results.seeds.length ? ` n=${estimate.n}` : ''}`;
}

/** A condition's metric in words, with a ▽ where it cannot be read as keeping. */
export function describeMetric(results: Results, condition: string, metric: MetricName): string {
  const estimate = results.conditions[condition]?.[metric];
  if (!estimate) return describeGap(results);
  const isFloored =
    FLOORED_METRICS.includes(metric) && flooredDomains(results, condition).length > 0;
  return `${describeEstimate(results, estimate)}${isFloored ? ' ▽' : ''}`;
}

/** What an interval is over: `5 seeds, which vary the held-out fold`. */
export function describeSeeds({ seeds, intervals }: Results): string {
  const [number, verb] =
    seeds.length === 1 ? ['1 seed', 'varies'] : [`${seeds.length} seeds`, 'vary'];
  return `${number}, which ${verb} ${intervals.seedsVary}`;
}

/** What every score has to be read with: convention, ceiling and learner. */
export function describeScores(results: Results): string {
  const { convention, learner } = results;
  return `Convention: ${convention}. Ceiling (gold replay): ${describeCeiling(results, convention)}. Learner: ${learner.description}.`;
}

/** What the gold calls score as text: `100.0 %`, or the lowest and the highest of conditions, domains and seeds. */
export function describeCeiling({ references }: Results, convention: Convention): string {
  const ceilings = references
    .filter(({ examples }) => examples > 0)
    .map(({ goldReplay, examples }) => goldReplay.right[convention] / examples);
  if (ceilings.length === 0) return 'not known';
  const executed = references.flatMap(({ worldReplay }) =>
    worldReplay === null ? [] : [worldReplay.fulfilled / worldReplay.dialogues],
  );
  const inWorld = executed.length === 0 ? '' : `, executed ${describeRange(executed)}`;
  return `${describeRange(ceilings)}${inWorld}`;
}

function describeRange(shares: readonly number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return low === high ? `${percent(low)} %` : `${percent(low)} to ${percent(high)} %`;
}

/** Metrics that say nothing about what is kept where nothing was learned. */
export const FLOORED_METRICS: readonly MetricName[] = ['bwt', 'forgetting'];

/** Domains of a condition that BWT and forgetting count although they were hardly learned. */
export function flooredDomains(
  { conditions, orders }: Results,
  condition: string,
): DomainReferences[] {
  const references = conditions[condition]?.references ?? [];
  return references.filter(
    ({ atFloor, domain }) => atFloor && orders.some((order) => order.at(-1) !== domain),
  );
}

/** One line a condition that has such domains. */
export function describeFloors(results: Results): string[] {
  return Object.keys(results.conditions).flatMap((name) => {
    const floored = flooredDomains(results, name);
    if (floored.length === 0) return [];
    const domains = floored.map(
      ({ domain, taught, floor }) => `${domain} (R_jj ${percent(taught)}, floor ${percent(floor)})`,
    );
    return [
      `${name}: BWT and forgetting are at their floor on ${domains.join(', ')}: nothing was learned there that could be forgotten.`,
    ];
  });
}

/** What stands beside a comparison's interval, by name; nothing from a single pair. */
export function describeFacts(comparison: Comparison): [string, string][] {
  const { bootstrap, interquartileMean, probabilityOfImprovement, p, difference } = comparison;
  if (difference.low === null) return [];
  const middle = interquartileMean === null ? null : points(interquartileMean);
  const facts: [string, string | null][] = [
    ['crossed bootstrap', bootstrap && interval(bootstrap)],
    ['permutation floor (smallest p)', pValue(p.floor)],
    ['interquartile mean', middle],
    ['probability of improvement', `${percent(probabilityOfImprovement)} %`],
    ['seeds that would settle it', describeSeedsToSettle(comparison)],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
}

/** How many seeds would do, or why none would. */
export function describeSeedsToSettle({ seedsToSettle, difference }: Comparison): string {
  if (difference.low === null) return 'not known from one seed';
  return seedsToSettle === null ? 'none would' : `about ${count(seedsToSettle)}`;
}

/** The declared contrast, on any metric. */
export function findContrast(results: Results, metric: MetricName): Comparison | undefined {
  const { question, exploratory } = results;
  return [question, ...exploratory].find(
    (comparison): comparison is Comparison =>
      comparison?.metric === metric &&
      comparison.treatment === question?.treatment &&
      comparison.control === question.control,
  );
}
