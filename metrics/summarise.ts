import { RESULTS_FORMAT, type Results } from '../contract/results.ts';
import { answerQuestion, exploreRest, pairsCompared } from './answers.ts';
import { CONVENTION_DEFINITIONS, METRICS } from './definitions.ts';
import type { GatheredSweep } from './gathered-sweep.ts';
import { walksStream } from './matrices.ts';
import { comparePublished } from './published.ts';
import { summariseReferences } from './references.ts';
import { compareSecondary, estimateSecondary } from './secondary-estimates.ts';
import { estimateCondition, measureConditions } from './replications.ts';

const LEVEL = 0.95;

/** Everything that a finished sweep says, from its scored cells. Equal inputs give equal results, in any order of runs. */
export function summariseSweep(input: GatheredSweep): Results {
  const measured = measureConditions(input);
  const options = { level: LEVEL, testTrainRatio: input.testTrainRatio };
  const conditions = input.conditions.map(({ name, description }) => {
    const replications = measured.get(name) ?? [];
    const estimates = estimateCondition(replications, options);
    const secondary = estimateSecondary(replications, options);
    const references = summariseReferences({
      ...input,
      references: input.references.filter(({ condition }) => condition === name),
      runs: estimates.runs,
    });
    const beside = { references, ...(secondary && { secondary }) };
    return [name, { description, ...estimates, ...beside }] as const;
  });
  const byCondition = Object.fromEntries(conditions);
  const exploratory = exploreRest(input, measured);
  const secondary = compareSecondary(measured, pairsCompared(input), options);
  return {
    format: RESULTS_FORMAT,
    sweep: input.sweep,
    question: answerQuestion(input, measured),
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
    conditions: byCondition,
    exploratory,
    ...(secondary && { secondary }),
    references: input.references,
    published: comparePublished(input.published, {
      ...input,
      conditions: byCondition,
      order: input.orders[0] ?? [],
      options,
    }),
    data: input.data,
    provenance: input.provenance,
  };
}

/** Results as the text of `results.json`: fixed key order, one space of indent, a newline at the end. */
export function serialiseResults(results: Results): string {
  return `${JSON.stringify(results, null, 1)}\n`;
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
