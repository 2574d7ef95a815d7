import { METRIC_NAMES, type Comparison, type Estimate, type Results } from '../contract/results.ts';
import { count, interval, level, points } from '../metrics/numbers.ts';
import { describeEstimate, describeGap } from './phrases.ts';

/** Paints a piece of text for a terminal; a report itself never looks at the terminal. */
export type Paint = (text: string, style: 'heading' | 'faint' | 'strong' | 'warning') => string;

/** What a finished sweep says, in a few lines: metrics by conditions with intervals, then the question's answer. */
export function renderTerminal(results: Results, paint: Paint = (text) => text): string {
  const { missing, planned } = results.cells;
  const [heading = '', ...rows] = alignColumns(tableRows(results));
  const lines = [
    paint(heading, 'heading'),
    ...rows,
    ...describeNumbers(results).map((line) => paint(line, 'faint')),
    ...(missing > 0
      ? [paint(`${count(missing)} of ${count(planned)} cells are missing.`, 'warning')]
      : []),
    ...(results.question ? ['', paint(results.question.sentence, 'strong')] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function tableRows(results: Results): string[][] {
  const { conditions, question, exploratory, metrics } = results;
  const names = Object.keys(conditions);
  const { treatment, control } = question ?? {};
  const contrasts = [question, ...exploratory].filter(
    (comparison): comparison is Comparison =>
      comparison?.treatment === treatment && comparison?.control === control,
  );
  const rows = METRIC_NAMES.map((metric) => {
    const estimates = Object.values(conditions).map((condition) => condition[metric]);
    const difference = contrasts.find((comparison) => comparison.metric === metric)?.difference;
    return [
      metrics[metric].short,
      ...estimates.map((estimate) => describeEstimate(results, estimate)),
      ...(difference ? [describeDifference(results, difference)] : []),
    ];
  });
  return [['', ...names, ...(question ? [`${treatment} − ${control}`] : [])], ...rows];
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
