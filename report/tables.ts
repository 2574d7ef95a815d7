import {
  METRIC_NAMES,
  type DataCensus,
  type DataCount,
  type Results,
} from '../contract/results.ts';
import { CONVENTIONS } from '../contract/scores.ts';
import { count, level, percent } from '../metrics/numbers.ts';
import { definitionList, folded, section, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { estimateCell } from './metric-table.ts';
import { describeCeiling, describeGap, describeSeeds } from './phrases.ts';

const LISTED_RUNS = 200;

/** Every run's metrics, so that no seed hides behind a mean. */
export function renderRuns(results: Results): Markup {
  const { conditions, metrics, orders } = results;
  const runs = Object.entries(conditions).flatMap(([name, { runs: own }]) =>
    own.map((run): Content[] => [
      name,
      run.seed,
      ...(orders.length > 1 ? [run.order.join(', ')] : []),
      ...METRIC_NAMES.map((metric) => known(results, run.metrics[metric])),
    ]),
  );
  const cut = runs.length > LISTED_RUNS;
  return section(
    'runs',
    'Runs',
    cut ? html`<p>The first ${LISTED_RUNS} of ${runs.length} runs; runs.csv has all.</p>` : '',
    table({
      head: [
        'condition',
        'seed',
        ...(orders.length > 1 ? ['order'] : []),
        ...METRIC_NAMES.map((metric) => metrics[metric].short),
      ],
      rows: runs.slice(0, LISTED_RUNS),
    }),
  );
}

function known(results: Results, value: number | null): string {
  return value === null ? describeGap(results) : percent(value);
}

/** Average accuracy under each convention, each with its definition; never mixed in one number. */
export function renderConventions(results: Results): Markup {
  const { conditions, conventions, convention } = results;
  const head = CONVENTIONS.map((name) => [
    name,
    name === convention ? html` <span class="badge">headline</span>` : '',
    html`<small>ceiling ${describeCeiling(results, name)}</small>`,
  ]);
  const rows = Object.entries(conditions).map(([name, { averageAccuracyBy }]): Content[] => [
    html`<span class="metric">${name}</span>`,
    ...CONVENTIONS.map((by) => estimateCell(results, averageAccuracyBy[by])),
  ]);
  return section(
    'conventions',
    'Average accuracy by convention',
    html`<p>Mean and ${level(results.intervals.level)} interval over ${describeSeeds(results)}. The ceiling is what the gold calls themselves score as text.</p>`,
    table({ head: ['', ...head], rows }),
    definitionList(CONVENTIONS.map((name) => [name, conventions[name]])),
  );
}

/** What went into training and evaluation, and what was cut or left out. */
export function renderData({ data, domains, conditions, suite }: Results): Markup {
  const groups = Object.keys(conditions).flatMap((condition) =>
    [...new Set([...domains, ...data.counts.map((row) => row.domain)])].flatMap((domain) =>
      (['train', 'held-out'] as const).map((split) => ({
        head: [`${condition}, ${domain}`, split],
        counts: data.counts.filter(
          (row) => row.condition === condition && row.domain === domain && row.split === split,
        ),
      })),
    ),
  );
  const rows = groups
    .filter(({ counts }) => counts.length > 0)
    .map(({ head, counts }): Content[] => [...head, ...countCells(counts)]);
  return section(
    'data',
    'Data',
    html`<p>Suite: ${suite}. Left out of it: ${describeLeftOut(data)}. Examples and tokens a seed; over all seeds: examples cut at their oldest turns, turns lost, examples dropped because their target would not fit, results that shuffling found no other for.</p>`,
    ...data.warnings.map((warning) => html`<p><strong>${warning}</strong></p>`),
    folded(
      'Counts by condition, domain and split',
      table({
        head: ['', 'split', 'examples', 'tokens', 'cut', 'turns lost', 'dropped', 'unshuffled'],
        rows,
      }),
    ),
  );
}

function describeLeftOut({ duplicates, leftOut }: DataCensus): string {
  const others = Object.entries(leftOut).map(([why, entries]) => `${count(entries)} ${why}`);
  return [`${count(duplicates)} exact duplicates`, ...others].join(', ');
}

function countCells(counts: readonly DataCount[]): string[] {
  const total = (pick: (row: DataCount) => number): string =>
    count(counts.reduce((sum, row) => sum + pick(row), 0));
  return [
    spread(counts.map(({ examples }) => examples)),
    spread(counts.map(({ tokens }) => tokens)),
    total(({ truncatedExamples }) => truncatedExamples),
    total(({ truncatedTurns }) => truncatedTurns),
    total(({ droppedExamples }) => droppedExamples),
    total(({ unshuffled }) => unshuffled),
  ];
}

/** One value, or the smallest and the largest. */
function spread(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? count(low) : `${count(low)} to ${count(high)}`;
}
