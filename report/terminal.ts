import { METRIC_NAMES, type Estimate, type MetricName, type Results } from '../contract/results.ts';
import { count, interval, level, points } from '../metrics/numbers.ts';
import {
  describeCeiling,
  describeFacts,
  describeFloors,
  describeGap,
  describeMetric,
  describeSeeds,
  findContrast,
  flooredDomains,
} from './phrases.ts';
import { tabulateSecondary } from './secondary.ts';
import { describePublished, tabulateContext } from './terminal-context.ts';

export type Style = 'plain' | 'heading' | 'faint' | 'strong' | 'warning';

/** Paints a line for a terminal; a report itself never looks at the terminal. */
export type Paint = (text: string, style: Style) => string;

/** With more conditions than this they go down instead of across, with fewer metrics. */
const ACROSS = 3;
const FEW_METRICS: readonly MetricName[] = ['averageAccuracy', 'bwt', 'forgetting', 'nameAccuracy'];

/** What a finished sweep says, in a few lines: the question's answer, then metrics by conditions with intervals. */
export function renderTerminal(results: Results, paint: Paint = (text) => text): string {
  const { cells, data, question, conditions } = results;
  const say = (text: string, style: Style): string => paint(printable(text), style);
  const isWide = Object.keys(conditions).length > ACROSS;
  const [heading = '', ...rows] = alignColumns(
    isWide ? conditionsDown(results) : metricsDown(results),
  );
  const lines = [
    say(question?.sentence ?? 'No question was declared: all is exploratory.', 'strong'),
    ...describeQuestion(results).map((line) => say(line, 'faint')),
    '',
    say(heading, 'heading'),
    ...rows.map((row) => say(row, 'plain')),
    ...describeNumbers(results).map((line) => say(line, 'faint')),
    ...data.warnings.map((warning) => say(warning, 'warning')),
    ...listFloors(results).map((line) => say(`▽ ${line}`, 'warning')),
    '',
    ...renderContext(results).map((line) => say(line, 'faint')),
    ...renderSecondary(results).map((line) => say(line, 'faint')),
    ...describePublished(results).map((line) => say(line, 'faint')),
  ];
  if (cells.missing > 0)
    lines.push(
      say(`${count(cells.missing)} of ${count(cells.planned)} cells are missing.`, 'warning'),
    );
  return `${lines.join('\n')}\n`;
}

/** What stands beside the interval, in one line. */
function describeQuestion({ question }: Results): string[] {
  const facts = question ? describeFacts(question) : [];
  return facts.length === 0
    ? []
    : [`${facts.map(([name, value]) => `${name}: ${value}`).join('; ')}.`];
}

/** A name that came with the data must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

function metricsDown(results: Results): string[][] {
  const { conditions, question, metrics } = results;
  const names = Object.keys(conditions);
  const rows = METRIC_NAMES.map((metric) => [
    metrics[metric].short,
    ...names.map((name) => describeMetric(results, name, metric)),
    ...contrastCells(results, [metric]),
  ]);
  return [
    ['', ...names, ...(question ? [`${question.treatment} − ${question.control}`] : [])],
    ...rows,
  ];
}

function conditionsDown(results: Results): string[][] {
  const { conditions, question, metrics } = results;
  const rows = Object.keys(conditions).map((name) => [
    name,
    ...FEW_METRICS.map((metric) => describeMetric(results, name, metric)),
  ]);
  const contrast = question && [
    `${question.treatment} − ${question.control}`,
    ...contrastCells(results, FEW_METRICS),
  ];
  return [
    ['', ...FEW_METRICS.map((metric) => metrics[metric].short)],
    ...(contrast ? [contrast] : []),
    ...rows,
  ];
}

function contrastCells(results: Results, metrics: readonly MetricName[]): string[] {
  return metrics.flatMap((metric) => {
    const difference = findContrast(results, metric)?.difference;
    return difference ? [describeDifference(results, difference)] : [];
  });
}

function describeDifference(results: Results, difference: Estimate): string {
  if (difference.mean === null) return describeGap(results);
  return `${points(difference.mean)} ${interval(difference)}`;
}

function describeNumbers(results: Results): string[] {
  const { convention, intervals, learner, question } = results;
  const levels = question ? ` Of differences ${level(1 - question.alpha)}, paired by seed.` : '';
  return [
    `Percent right (${convention}; ceiling ${describeCeiling(results, convention)}), mean [${level(intervals.level)} interval] over ${describeSeeds(results)}.${levels}`,
    `Learner: ${learner.description}.`,
  ];
}

function renderContext(results: Results): string[] {
  return [
    ...alignColumns(tabulateContext(results)),
    'Floor: best answer without training; copy: all values verbatim in the prompt; gold: the gold calls; means over domains. Then percent right after the last block by stratum (examples).',
  ];
}

function renderSecondary(results: Results): string[] {
  const rows = tabulateSecondary(results);
  return rows.length === 0 ? [] : ['', ...alignColumns(rows), ''];
}

/** In full for a few conditions, else by name. */
function listFloors(results: Results): string[] {
  const floors = describeFloors(results);
  if (floors.length <= ACROSS) return floors;
  const names = Object.keys(results.conditions);
  const floored = names.filter((name) => flooredDomains(results, name).length > 0);
  return [`BWT and forgetting are at their floor, see the report: ${floored.join(', ')}.`];
}

/** Columns to the left, two spaces between. */
function alignColumns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
