import type { Estimate, Row, RunResult } from '../contract/results.ts';
import { estimateMean, type EstimateOptions } from './estimates.ts';

/** A checkpoint, scored: one value a domain, in the order of the stream. */
export interface Step<T> {
  /** `base`, `1 account`, or the block's name where there is one block for all domains. */
  name: string;
  row: T[];
}

/** Runs that walked one order: the seeds whose cells may be averaged. */
export function runsOfOrder(runs: readonly RunResult[], order: readonly string[]): RunResult[] {
  const name = JSON.stringify(order);
  return runs.filter((run) => JSON.stringify(run.order) === name);
}

/** Whether a run learned the domains one by one, so that its rows can be compared with each other. */
export function walksStream({ blocks, order }: Pick<RunResult, 'blocks' | 'order'>): boolean {
  return blocks.length === order.length;
}

/** The untrained base, then the checkpoint after each block. */
export function stepsOf(run: RunResult): Step<Row<number>[number]>[] {
  const steps = run.blocks.map(({ domain }, i) => ({
    name: walksStream(run) ? `${i + 1} ${domain}` : domain,
    row: run.matrix[i] ?? [],
  }));
  return [{ name: 'base', row: run.zeroShot }, ...steps];
}

/** Steps cell by cell over runs of one condition and order; a cell's n counts the seeds that have it. */
export function estimateSteps(
  runs: readonly RunResult[],
  options: EstimateOptions,
): Step<Estimate>[] {
  const seeds = runs.map(stepsOf);
  return (seeds[0] ?? []).map(({ name, row }, step) => ({
    name,
    row: row.map((_, j) =>
      estimateMean(
        seeds.map((steps) => steps[step]?.row[j] ?? null),
        options,
      ),
    ),
  }));
}
