import { METRIC_NAMES, type Estimate, type Results } from '../contract/results.ts';
import { estimateSteps, runsOfOrder } from '../metrics/matrices.ts';
import { level, percent } from '../metrics/numbers.ts';
import { describeEstimate } from './phrases.ts';

/** The report in short, for a pull request or a chat: answer, metrics, one matrix a condition, and what made them. */
export function renderMarkdown(results: Results): string {
  const { sweep, question, cells } = results;
  const blocks = [
    `# ${escapeMarkdown(sweep.name)}`,
    question?.verdict
      ? `**${question.verdict}**\n\n${escapeMarkdown(question.sentence)}`
      : 'No question was declared: everything here is exploratory.',
    ...(cells.missing > 0 ? [`**${cells.missing} of ${cells.planned} cells are missing.**`] : []),
    ...results.data.warnings.map((warning) => `**${escapeMarkdown(warning)}**`),
    metricTable(results),
    ...matrices(results),
    footer(results),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function metricTable(results: Results): string {
  const { conditions, metrics, intervals, seeds, convention } = results;
  const rows = METRIC_NAMES.map((metric) => [
    metrics[metric].label,
    ...Object.values(conditions).map((condition) => describeEstimate(results, condition[metric])),
  ]);
  const note = `Percent right (${convention}), mean [${level(intervals.level)} interval] over ${seeds.length} seeds.`;
  return `${table([['', ...Object.keys(conditions)], ...rows])}\n\n${note}`;
}

/** Of the first order only: matrices of different orders have different columns. */
function matrices({ conditions, orders, intervals }: Results): string[] {
  const [order = []] = orders;
  return Object.entries(conditions).map(([name, { runs }]) => {
    const own = runsOfOrder(runs, order);
    const show = ({ mean, n }: Estimate): string =>
      `${percent(mean)}${n > 0 && n < own.length ? ` (n=${n})` : ''}`;
    const rows = estimateSteps(own, intervals).map((step) => [step.name, ...step.row.map(show)]);
    return table([[`${name}: after`, ...order], ...rows]);
  });
}

function footer({ learner, sweep }: Results): string {
  return `Learner: ${escapeMarkdown(learner.description)}. Sweep \`${sweep.id}\`.`;
}

function table([head = [], ...rows]: string[][]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [tableLine(head), `| ${rule.join(' | ')} |`, ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
}

/** Keeps a text from being read as Markdown or HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_[\]<>|#~&]/g, (character) => {
    return character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`;
  });
}
