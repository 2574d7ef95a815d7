import {
  METRIC_NAMES,
  RESULTS_FORMAT,
  type Comparison,
  type ConditionResult,
  type DataCensus,
  type Estimate,
  type Learner,
  type Results,
  type RunResult,
} from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES, type Convention } from '../contract/scores.ts';
import { compareConditions, type Question } from './comparisons.ts';
import { meanOf } from './continual.ts';
import { CONVENTION_DEFINITIONS, METRICS } from './definitions.ts';
import { estimateMean } from './estimates.ts';
import { walksStream } from './matrices.ts';
import { measureRun, record, type GatheredRun } from './runs.ts';

/** What the report activity gathers. Lists that fix an order (conditions, seeds, orders) are in the spec's. */
export interface GatheredSweep {
  sweep: { id: string; name: string };
  suite: string;
  domains: string[];
  conditions: { name: string; description: string; ceiling?: Record<string, number> }[];
  seeds: number[];
  orders: string[][];
  evaluate: 'all' | 'seen';
  convention: Convention;
  question: Question | null;
  learner: Learner;
  seedsVary: string;
  /** Held-out over training examples where the training sets of seeds overlap (cross-validation folds), else 0. */
  testTrainRatio: number;
  data: DataCensus;
  provenance: Record<string, string>;
  /** One for every condition, seed and order, in any order. */
  runs: GatheredRun[];
}

const LEVEL = 0.95;
/** Without a declared question the comparisons only describe. */
const UNDECLARED = { metric: 'averageAccuracy', margin: 0, alpha: 0.05 } as const;

/** Everything that a finished sweep says, from its scored cells. Equal inputs give equal results, in any order of runs. */
export function summariseSweep(input: GatheredSweep): Results {
  const measured = measureConditions(input);
  const conditions = input.conditions.map(({ name, description, ceiling = null }) => {
    const estimates = estimateCondition(measured.get(name) ?? [], input.testTrainRatio);
    return [name, { description, ceiling, ...estimates }];
  });
  return {
    format: RESULTS_FORMAT,
    sweep: input.sweep,
    suite: input.suite,
    domains: input.domains,
    seeds: input.seeds,
    orders: input.orders,
    learner: input.learner,
    convention: input.convention,
    conventions: CONVENTION_DEFINITIONS,
    evaluate: input.evaluate,
    intervals: {
      level: LEVEL,
      method: describeMethod(input.testTrainRatio),
      seedsVary: input.seedsVary,
      testTrainRatio: input.testTrainRatio,
    },
    metrics: METRICS,
    cells: countCells(input),
    question: input.question && compare(input, measured, { ...input.question, declared: true }),
    conditions: Object.fromEntries(conditions),
    exploratory: listExploratory(input).map((question) =>
      compare(input, measured, { ...question, declared: false }),
    ),
    data: input.data,
    provenance: input.provenance,
  };
}

/** Results as the text of `results.json`: fixed key order, one space of indent, a newline at the end. */
export function serialiseResults(results: Results): string {
  return `${JSON.stringify(results, null, 1)}\n`;
}

/** All orders of one condition and seed: one replication. */
interface Replication {
  seed: number;
  runs: RunResult[];
}

/** By condition, in the order of the seeds. Throws a RangeError where a run is not there once. */
function measureConditions(input: GatheredSweep): Map<string, Replication[]> {
  const gathered = new Map(
    input.runs.map((run) => [runName(run.condition, run.seed, run.order), run]),
  );
  if (gathered.size < input.runs.length) throw new RangeError('a run was gathered twice');
  const measure = (name: string): RunResult => {
    const run = gathered.get(name);
    if (!run) throw new RangeError(`no run ${name} was gathered`);
    return measureRun(run, input.convention);
  };
  const replications = input.conditions.map(({ name }): [string, Replication[]] => [
    name,
    input.seeds.map((seed) => ({
      seed,
      runs: input.orders.map((order) => measure(runName(name, seed, order))),
    })),
  ]);
  return new Map(replications);
}

function runName(condition: string, seed: number, order: string[]): string {
  return JSON.stringify([condition, seed, order]);
}

function estimateCondition(
  replications: readonly Replication[],
  testTrainRatio: number,
): Omit<ConditionResult, 'description' | 'ceiling'> {
  const estimate = (pick: (run: RunResult) => number | null): Estimate =>
    estimateMean(
      replications.map((replication) => valueOf(replication, pick)),
      { level: LEVEL, testTrainRatio },
    );
  return {
    ...record(METRIC_NAMES, (name) => estimate((run) => run.metrics[name])),
    averageAccuracyBy: record(CONVENTIONS, (name) =>
      estimate((run) => run.averageAccuracyBy[name]),
    ),
    outcomes: record(OUTCOMES, (name) => estimate((run) => run.outcomes[name])),
    runs: replications.flatMap(({ runs }) => runs),
  };
}

/** The mean over a seed's orders, null as soon as one of them lacks the value. */
function valueOf({ runs }: Replication, pick: (run: RunResult) => number | null): number | null {
  return meanOf(runs.map((run) => pick(run) ?? Number.NaN));
}

function compare(
  { testTrainRatio }: GatheredSweep,
  measured: ReadonlyMap<string, Replication[]>,
  question: Question & { declared: boolean },
): Comparison {
  const { treatment, control, metric } = question;
  const pick = (run: RunResult): number | null => run.metrics[metric];
  const controls = measured.get(control) ?? [];
  const seeds = (measured.get(treatment) ?? []).map((replication, index) => ({
    seed: replication.seed,
    treatment: valueOf(replication, pick),
    control: valueOf(controls[index] ?? { ...replication, runs: [] }, pick),
  }));
  return compareConditions({ ...question, testTrainRatio, seeds });
}

/** The declared contrast on the other metrics, then every other condition against its control, else against the first. */
function listExploratory({ conditions, question }: GatheredSweep): Question[] {
  const names = conditions.map(({ name }) => name);
  if (!question) {
    const [control = '', ...others] = names;
    return others.map((treatment) => ({ ...UNDECLARED, treatment, control }));
  }
  const metrics = METRIC_NAMES.filter((name) => name !== question.metric);
  const { treatment, control } = question;
  const others = names.filter((name) => name !== treatment && name !== control);
  return [
    ...metrics.map((metric) => ({ ...question, metric })),
    ...others.map((name) => ({ ...question, treatment: name })),
  ];
}

function describeMethod(testTrainRatio: number): string {
  const method = "Student's t over seeds, orders averaged within a seed";
  return testTrainRatio === 0
    ? method
    : `${method}; widened after Nadeau and Bengio (2003), for training sets overlap`;
}

/** Cells of all matrices that the plan asks for; orders that share a block share its cells, counted in each. */
function countCells({ runs, evaluate }: GatheredSweep): Results['cells'] {
  const planned = runs.flatMap((run) => {
    const { blocks, cells, zeroShot } = run;
    if (evaluate === 'all') return blocks.length === 0 ? zeroShot : [...zeroShot, ...cells.flat()];
    return walksStream(run) ? cells.flatMap((row, i) => row.slice(0, i + 1)) : cells.flat();
  });
  return { planned: planned.length, missing: planned.filter((cell) => cell === null).length };
}
