import type { Row } from '../contract/results.ts';

/**
 * R: row i after block i, column j the j-th domain of the order; fractions, null where missing. Z: the untrained base. A
 * condition that does not walk the domains one by one (joint training, the base alone) has one row.
 */
export interface Accuracies {
  matrix: readonly Row<number>[];
  zeroShot: Row<number>;
}

/** Metrics of continual learning; formulas stand in `METRICS`. Null wherever a cell they need is missing. */
export interface ContinualMetrics {
  averageAccuracy: number | null;
  bwt: number | null;
  fwt: number | null;
  forgetting: number | null;
  aulc: number | null;
  zeroShotAccuracy: number | null;
}

export function measureContinual({ matrix, zeroShot }: Accuracies): ContinualMetrics {
  return {
    averageAccuracy: meanOf((matrix.at(-1) ?? []).map((value) => value ?? Number.NaN)),
    ...measureStream({ matrix, zeroShot }),
    zeroShotAccuracy: meanOf(zeroShot.map((value) => value ?? Number.NaN)),
  };
}

type StreamMetrics = Pick<ContinualMetrics, 'bwt' | 'fwt' | 'forgetting' | 'aulc'>;

/** What compares rows: undefined without a row for each domain. */
function measureStream({ matrix, zeroShot }: Accuracies): StreamMetrics {
  const last = zeroShot.length - 1;
  if (matrix.length <= last) return { bwt: null, fwt: null, forgetting: null, aulc: null };
  const at = (i: number, j: number): number => matrix[i]?.[j] ?? Number.NaN;
  const column = (j: number): number[] => range(j, last).map((i) => at(i, j));
  return {
    bwt: meanOf(range(0, last - 1).map((j) => at(last, j) - at(j, j))),
    fwt: meanOf(range(1, last).map((j) => at(j - 1, j) - (zeroShot[j] ?? Number.NaN))),
    forgetting: meanOf(
      range(0, last - 1).map((j) => Math.max(...column(j).slice(0, -1)) - at(last, j)),
    ),
    aulc: meanOf(range(0, last).map((j) => trapezoidMean(column(j)))),
  };
}

/** Null for nothing, and as soon as one value is missing (NaN). */
export function meanOf(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number.isNaN(mean) ? null : mean;
}

/** Mean height of the curve through equally spaced points; a single point is its own mean. */
function trapezoidMean(values: readonly number[]): number {
  if (values.length === 1) return values[0] ?? Number.NaN;
  const areas = values.slice(1).map((value, index) => (value + (values[index] ?? 0)) / 2);
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
