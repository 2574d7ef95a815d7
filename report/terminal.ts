import type { Results } from '../contract/results.ts';
import { level, MISSING, withInterval } from '../metrics/numbers.ts';

/** Paints a piece of text for a terminal; reports never look at the terminal themselves. */
export type Paint = (text: string, style: 'heading' | 'faint' | 'strong' | 'warning') => string;

const SHOWN = ['averageAccuracy', 'bwt', 'fwt', 'forgetting', 'aulc'] as const;
const HEADINGS = ['accuracy', 'BWT', 'FWT', 'forgetting', 'AULC'];

/** What a finished sweep says, in a few lines: conditions by metrics with intervals, then the question's answer. */
export function renderTerminal(results: Results, paint: Paint = (text) => text): string {
  const rows = Object.entries(results.conditions).map(([name, condition]) => [
    name,
    ...SHOWN.map((metric) => withInterval(condition[metric])),
    String(condition.averageAccuracy.n),
  ]);
  const [heading = '', ...body] = alignColumns([['condition', ...HEADINGS, 'n'], ...rows]);
  const { missing, planned } = results.cells;
  const lines = [
    paint(heading, 'heading'),
    ...body,
    paint(describeNumbers(results), 'faint'),
    ...(missing > 0 ? [paint(`${missing} of ${planned} cells are ${MISSING}.`, 'warning')] : []),
    ...(results.question ? ['', paint(results.question.sentence, 'strong')] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function describeNumbers({ convention, intervals, learner, domains }: Results): string {
  const base = `Percent of calls right (${convention}), mean [${level(intervals.level)} interval] over n seeds`;
  return `${base}, ${domains.length} domains. Learner: ${learner.description}`;
}

/** The first column to the left, the others to the right, two spaces between. */
function alignColumns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  );
}
