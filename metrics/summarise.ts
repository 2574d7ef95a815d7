import {
  METRIC_NAMES,
  RESULTS_FORMAT,
  type Comparison,
  type ConditionResult,
  type DataCensus,
  type Learner,
  type MetricName,
  type Results,
  type RunResult,
} from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES, type Convention } from '../contract/scores.ts';
import { compareConditions, type Question } from './comparisons.ts';
import { meanOf } from './continual.ts';
import { CONVENTION_DEFINITIONS, METRICS } from './definitions.ts';
import { estimateMean } from './estimates.ts';
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
const ALPHA = 0.05;

/** Everything that a finished sweep says, from its scored cells. Equal inputs give equal results, in any order of runs. */
export function summariseSweep(input: GatheredSweep): Results {
  const measured = new Map(
    input.conditions.map(({ name }) => [name, measureCondition(input, name)] as const),
  );
  const conditions = input.conditions.map(({ name, description, ceiling }) => [
    name,
    estimateCondition(input, measured.get(name) ?? [], { description, ceiling: ceiling ?? null }),
  ]);
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
      method:
        "Student's t over seeds, orders averaged within a seed; Nadeau and Bengio's correction where training sets overlap",
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

/** A condition's runs by seed, then order. Throws a RangeError unless each is there once. */
function measureCondition(input: GatheredSweep, condition: string): RunResult[] {
  return input.seeds.flatMap((seed) =>
    input.orders.map((order) => {
      const found = input.runs.filter(
        (run) =>
          run.condition === condition &&
          run.seed === seed &&
          JSON.stringify(run.order) === JSON.stringify(order),
      );
      const [run] = found;
      if (!run || found.length > 1)
        throw new RangeError(`${found.length} runs of ${condition}, seed ${seed}, order ${order}`);
      return measureRun(run, input.convention);
    }),
  );
}

function estimateCondition(
  input: GatheredSweep,
  runs: RunResult[],
  about: Pick<ConditionResult, 'description' | 'ceiling'>,
): ConditionResult {
  const estimate = (pick: (run: RunResult) => number | null) =>
    estimateMean(
      bySeed(input, runs, pick).map(({ value }) => value),
      { level: LEVEL, testTrainRatio: input.testTrainRatio },
    );
  return {
    description: about.description,
    ...record(METRIC_NAMES, (name) => estimate((run) => run.metrics[name])),
    averageAccuracyBy: record(CONVENTIONS, (name) =>
      estimate((run) => run.averageAccuracyBy[name]),
    ),
    outcomes: record(OUTCOMES, (name) => estimate((run) => run.outcomes[name])),
    ceiling: about.ceiling,
    runs,
  };
}

/** One value a seed: the mean over its orders, null as soon as one of them lacks it. */
function bySeed(
  { seeds }: Pick<GatheredSweep, 'seeds'>,
  runs: readonly RunResult[],
  pick: (run: RunResult) => number | null,
): { seed: number; value: number | null }[] {
  return seeds.map((seed) => {
    const values = runs.filter((run) => run.seed === seed).map(pick);
    return { seed, value: meanOf(values.map((value) => value ?? Number.NaN)) };
  });
}

function compare(
  input: GatheredSweep,
  measured: ReadonlyMap<string, RunResult[]>,
  question: Question & { declared: boolean },
): Comparison {
  const values = (condition: string) =>
    bySeed(input, measured.get(condition) ?? [], (run) => run.metrics[question.metric]);
  const controls = values(question.control);
  return compareConditions({
    ...question,
    testTrainRatio: input.testTrainRatio,
    seeds: values(question.treatment).map(({ seed, value }, index) => ({
      seed,
      treatment: value,
      control: controls[index]?.value ?? null,
    })),
  });
}

/** The declared contrast on the other metrics, then every other pair of conditions on the declared metric. */
function listExploratory({ conditions, question }: GatheredSweep): Question[] {
  const names = conditions.map(({ name }) => name);
  const pairs = names.flatMap((treatment, index) =>
    names.slice(index + 1).map((control) => ({ treatment, control })),
  );
  const declared = question ?? { metric: 'averageAccuracy' as MetricName, margin: 0, alpha: ALPHA };
  const { metric, margin, alpha } = declared;
  const others = pairs
    .filter((pair) => !question || !isContrast(pair, question))
    .map((pair) => ({ ...pair, metric, margin, alpha }));
  if (!question) return others;
  const metrics = METRIC_NAMES.filter((name) => name !== question.metric);
  return [...metrics.map((name) => ({ ...question, metric: name })), ...others];
}

function isContrast(
  pair: { treatment: string; control: string },
  { treatment, control }: Question,
): boolean {
  const sides = [treatment, control];
  return sides.includes(pair.treatment) && sides.includes(pair.control);
}

function countCells({ runs, evaluate }: GatheredSweep): Results['cells'] {
  const planned = runs.flatMap(({ cells, zeroShot }) =>
    evaluate === 'all'
      ? [...zeroShot, ...cells.flat()]
      : cells.flatMap((row, block) => row.slice(0, block + 1)),
  );
  return { planned: planned.length, missing: planned.filter((cell) => cell === null).length };
}
