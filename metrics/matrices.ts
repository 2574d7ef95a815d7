import type { Estimate, RunResult } from '../contract/results.ts';
import { estimateMean, type EstimateOptions } from './estimates.ts';

/** A condition's accuracy matrix over its seeds. */
export interface MeanMatrix {
  /** One an evaluated domain, in the order of the stream. */
  zeroShot: Estimate[];
  /** Row i after block i. */
  matrix: Estimate[][];
}

/** Runs that walked one order: the seeds whose cells may be averaged. */
export function runsOfOrder(runs: readonly RunResult[], order: readonly string[]): RunResult[] {
  const name = JSON.stringify(order);
  return runs.filter((run) => JSON.stringify(run.order) === name);
}

/** Cell by cell over runs of one order; a cell's n counts the seeds that have it. */
export function estimateMatrix(runs: readonly RunResult[], options: EstimateOptions): MeanMatrix {
  const order = runs[0]?.order ?? [];
  const row = (pick: (run: RunResult, j: number) => number | null | undefined): Estimate[] =>
    order.map((_, j) =>
      estimateMean(
        runs.map((run) => pick(run, j) ?? null),
        options,
      ),
    );
  return {
    zeroShot: row((run, j) => run.zeroShot[j]),
    matrix: order.map((_, i) => row((run, j) => run.matrix[i]?.[j])),
  };
}
