import type { PublishedMatrix } from '../contract/published.ts';
import {
  METRIC_NAMES,
  type ConditionResult,
  type Learner,
  type MetricName,
  type PublishedComparison,
  type Row,
} from '../contract/results.ts';
import type { Convention } from '../contract/scores.ts';
import { measureContinual } from './continual.ts';
import type { EstimateOptions } from './estimates.ts';
import { estimateSteps, runsOfOrder } from './matrices.ts';
import { percent } from './numbers.ts';

interface Own {
  conditions: Record<string, ConditionResult>;
  order: readonly string[];
  convention: Convention;
  learner: Learner;
  options: EstimateOptions;
}

/** How far the sweep's means over seeds are from published numbers, cell by cell and metric by metric. */
export function comparePublished(
  published: readonly PublishedMatrix[],
  own: Own,
): PublishedComparison[] {
  return published.flatMap((theirs) => {
    const ours = own.conditions[theirs.condition];
    return ours ? [compareOne(theirs, ours, own)] : [];
  });
}

function compareOne(
  theirs: PublishedMatrix,
  ours: ConditionResult,
  { order, convention, learner, options }: Own,
): PublishedComparison {
  const { name, condition, source, matrix } = theirs;
  const runs = runsOfOrder(ours.runs, order);
  const [, ...steps] = estimateSteps(runs, options);
  const means = steps.map(({ row }): Row<number> => row.map(({ mean }) => mean));
  const isSameShape = sizesOf(means) === sizesOf(matrix);
  const metrics = METRIC_NAMES.flatMap((metric) => {
    const value = publishedValue(theirs, metric);
    const { mean } = ours[metric];
    return value === null
      ? []
      : [{ metric, published: value, ours: mean, distance: subtract(mean, value) }];
  });
  return {
    name,
    condition,
    source,
    cells: isSameShape
      ? matrix.map((row, i) =>
          row.map((value, j) => {
            const mean = means[i]?.[j] ?? null;
            return { published: value, ours: mean, distance: subtract(mean, value) };
          }),
        )
      : null,
    metrics,
    differences: [
      describeLearners(theirs, learner),
      describeConventions(theirs, convention, ours),
      describeBlocks(order, isSameShape),
      ...theirs.remarks,
      ...(publishedValue(theirs, 'fwt') === null ? [NO_FWT] : []),
    ],
  };
}

const NO_FWT =
  'No FWT: it needs the zero-shot scores of the same evaluation, which were not published, and is not made up here.';

/** As told, else from the matrix; what needs a zero-shot row is not in it. */
function publishedValue({ metrics, matrix }: PublishedMatrix, metric: MetricName): number | null {
  const told = metrics[metric];
  if (told !== undefined) return told;
  const zeroShot = (matrix[0] ?? []).map(() => null);
  const measured: Partial<Record<MetricName, number | null>> = measureContinual({
    matrix,
    zeroShot,
  });
  return measured[metric] ?? null;
}

function describeLearners({ learner }: PublishedMatrix, own: Learner): string {
  return `Learner: theirs ${learner ?? 'is not given'}; here ${own.description}.`;
}

function describeConventions(
  { convention }: PublishedMatrix,
  headline: Convention,
  { averageAccuracyBy }: ConditionResult,
): string {
  if (convention === null) return `Convention: theirs is not given; here ${headline}.`;
  if (convention === headline) return `Convention: ${headline} on both sides.`;
  const same = percent(averageAccuracyBy[convention].mean);
  return `Convention: theirs ${convention}; here ${headline} (average accuracy under ${convention}: ${same}).`;
}

function describeBlocks(order: readonly string[], isSameShape: boolean): string {
  return isSameShape
    ? `Blocks are held against each other by their place: ${order.join(', ')} here.`
    : 'The matrices have different sizes: cells are not compared.';
}

function sizesOf(rows: readonly Row<number>[]): string {
  return JSON.stringify(rows.map(({ length }) => length));
}

function subtract(ours: number | null, theirs: number | null): number | null {
  return ours === null || theirs === null ? null : ours - theirs;
}
