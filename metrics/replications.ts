import {
  METRIC_NAMES,
  type ConditionResult,
  type Estimate,
  type RunResult,
  type StratumCounts,
} from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES } from '../contract/scores.ts';
import { STRATA, type Stratum } from '../contract/strata.ts';
import { meanOf } from './continual.ts';
import { estimateMean, type EstimateOptions } from './estimates.ts';
import type { GatheredSweep } from './gathered-sweep.ts';
import { record } from './cell-counts.ts';
import { measureRun, type GatheredRun } from './runs.ts';

/** All orders of one condition and seed: one replication. */
export interface Replication {
  seed: number;
  runs: RunResult[];
  /** What they were measured from. */
  gathered: GatheredRun[];
}

/** By condition, in the order of the seeds. Throws a RangeError where a run is not there once. */
export function measureConditions(input: GatheredSweep): Map<string, Replication[]> {
  const byName = new Map(
    input.runs.map((run) => [runName(run.condition, run.seed, run.order), run]),
  );
  if (byName.size < input.runs.length) throw new RangeError('a run was gathered twice');
  const find = (name: string): GatheredRun => {
    const run = byName.get(name);
    if (!run) throw new RangeError(`no run ${name} was gathered`);
    return run;
  };
  const replications = input.conditions.map(({ name }): [string, Replication[]] => [
    name,
    input.seeds.map((seed) => {
      const gathered = input.orders.map((order) => find(runName(name, seed, order)));
      const strata = input.strata.get(seed) ?? new Map();
      const runs = gathered.map((run) => measureRun(run, input.convention, strata));
      return { seed, runs, gathered };
    }),
  ]);
  return new Map(replications);
}

function runName(condition: string, seed: number, order: string[]): string {
  return JSON.stringify([condition, seed, order]);
}

/** A condition's numbers over its seeds. */
export function estimateCondition(
  replications: readonly Replication[],
  options: EstimateOptions,
): Omit<ConditionResult, 'description' | 'references'> {
  const estimate = (pick: (run: RunResult) => number | null): Estimate =>
    estimateMean(
      replications.map((replication) => valueOf(replication, pick)),
      options,
    );
  return {
    ...record(METRIC_NAMES, (name) => estimate((run) => run.metrics[name])),
    averageAccuracyBy: record(CONVENTIONS, (name) =>
      estimate((run) => run.averageAccuracyBy[name]),
    ),
    outcomes: record(OUTCOMES, (name) => estimate((run) => run.outcomes[name])),
    strata: record(STRATA, (name) => ({
      ...estimate((run) => shareOf(run.strata?.[name])),
      examples: countExamples(replications, name),
    })),
    runs: replications.flatMap(({ runs }) => runs),
  };
}

/** The mean over a seed's orders, null as soon as one of them lacks the value. */
export function valueOf(
  { runs }: Pick<Replication, 'runs'>,
  pick: (run: RunResult) => number | null,
): number | null {
  return meanOf(runs.map((run) => pick(run) ?? Number.NaN));
}

/** Null also where a seed has no such examples. */
function shareOf(counts: StratumCounts | undefined): number | null {
  if (counts === undefined || counts.examples === 0) return null;
  return counts.right / (counts.answers ?? counts.examples);
}

/** Of all seeds together: different orders of a seed score the same examples. */
function countExamples(replications: readonly Replication[], name: Stratum): number {
  return replications.reduce((sum, { runs }) => sum + (runs[0]?.strata?.[name].examples ?? 0), 0);
}
