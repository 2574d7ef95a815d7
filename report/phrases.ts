import type { Comparison, Estimate, MetricName, Results } from '../contract/results.ts';
import { withInterval } from '../metrics/numbers.ts';

/** Why a metric has no value: cells that should be there are not, or the design leaves it undefined. */
export function describeGap({ cells }: Results): string {
  return cells.missing > 0 ? 'missing' : 'not defined';
}

/** `35.9 [33.3, 38.6]`, with ` n=4` where that is fewer seeds than planned. */
export function describeEstimate(results: Results, estimate: Estimate): string {
  if (estimate.mean === null) return describeGap(results);
  return `${withInterval(estimate)}${estimate.n < results.seeds.length ? ` n=${estimate.n}` : ''}`;
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
