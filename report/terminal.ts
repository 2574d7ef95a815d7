import { METRIC_NAMES, type Estimate, type Results } from '../contract/results.ts';
import { count, interval, level, points } from '../metrics/numbers.ts';
import { describeEstimate, describeGap, findContrast } from './phrases.ts';

export type Style = 'plain' | 'heading' | 'faint' | 'strong' | 'warning';

/** Paints a line for a terminal; a report itself never looks at the terminal. */
export type Paint = (text: string, style: Style) => string;

/** What a finished sweep says, in a few lines: metrics by conditions with intervals, then the question's answer. */
export function renderTerminal(results: Results, paint: Paint = (text) => text): string {
  const { cells, data, question } = results;
  const say = (text: string, style: Style): string => paint(printable(text), style);
  const [heading = '', ...rows] = alignColumns(tableRows(results));
  const lines = [
    say(heading, 'heading'),
    ...rows.map((row) => say(row, 'plain')),
    ...describeNumbers(results).map((line) => say(line, 'faint')),
  ];
  if (cells.missing > 0)
    lines.push(
      say(`${count(cells.missing)} of ${count(cells.planned)} cells are missing.`, 'warning'),
    );
  lines.push(...data.warnings.map((warning) => say(warning, 'warning')));
  if (question) lines.push('', say(question.sentence, 'strong'));
  return `${lines.join('\n')}\n`;
}

/** A name that came with the data must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

function tableRows(results: Results): string[][] {
  const { conditions, question, metrics } = results;
  const names = Object.keys(conditions);
  const rows = METRIC_NAMES.map((metric) => {
    const estimates = Object.values(conditions).map((condition) => condition[metric]);
    const difference = findContrast(results, metric)?.difference;
    return [
      metrics[metric].short,
      ...estimates.map((estimate) => describeEstimate(results, estimate)),
      ...(difference ? [describeDifference(results, difference)] : []),
    ];
  });
  return [
    ['', ...names, ...(question ? [`${question.treatment} − ${question.control}`] : [])],
    ...rows,
  ];
}

function describeDifference(results: Results, difference: Estimate): string {
  if (difference.mean === null) return describeGap(results);
  return `${points(difference.mean)} ${interval(difference)}`;
}

function describeNumbers(results: Results): string[] {
  const { convention, intervals, learner, seeds, question } = results;
  const levels = question ? `, of differences ${level(1 - question.alpha)}, paired by seed` : '';
  return [
    `Percent right (${convention}), mean [${level(intervals.level)} interval] over ${seeds.length} seeds${levels}.`,
    `Learner: ${learner.description}.`,
  ];
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
