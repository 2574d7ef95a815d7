import type { History } from '../contract/history.ts';
import { type Ledger, SPENDING } from '../contract/ledger.ts';
import { METRIC_NAMES, type Estimate, type Results } from '../contract/results.ts';
import { estimateSteps, runsOfOrder } from '../metrics/matrices.ts';
import { duration, level, percent, points } from '../metrics/numbers.ts';
import { describeUnit, sumByCondition } from './ledger.ts';
import { escapeMarkdown, table } from './markdown-text.ts';
import {
  describeEstimate,
  describeFacts,
  describeFloors,
  describeMetric,
  describeScores,
  describeSeeds,
} from './phrases.ts';
import { tabulateSecondary } from './secondary.ts';
import { examplesOf, knownStrata } from './strata.ts';
import { tabulateTraining } from './training.ts';

/**
 * The report in short, for a pull request or a chat: the answer, metrics, what they are held against, one matrix a
 * condition, and what made them.
 */
export function renderMarkdown(results: Results, history?: History): string {
  const { sweep, cells, data } = results;
  const blocks = [
    `# ${escapeMarkdown(sweep.name)}`,
    ...answer(results),
    ...(cells.missing > 0 ? [`**${cells.missing} of ${cells.planned} cells are missing.**`] : []),
    ...data.warnings.map((warning) => `**${escapeMarkdown(warning)}**`),
    metricTable(results),
    ...describeFloors(results).map((line) => `▽ ${escapeMarkdown(line)}`),
    referenceTable(results),
    ...strataTable(results),
    ...secondaryTable(results),
    ...publishedTables(results),
    ...matrices(results),
    ...(history ? [...trainingTable(history.ledger), ...costTable(history.ledger)] : []),
    `${escapeMarkdown(describeScores(results))} Sweep \`${sweep.id}\`.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function answer({ question }: Results): string[] {
  if (!question?.verdict) return ['No question was declared: everything here is exploratory.'];
  const facts = describeFacts(question).map(([name, value]) => `${name}: ${value}`);
  return [
    `**${question.verdict}**`,
    escapeMarkdown(question.sentence),
    ...(facts.length > 0 ? [escapeMarkdown(`Beside it: ${facts.join('; ')}.`)] : []),
  ];
}

/** Conditions down, so that many of them still fit. */
function metricTable(results: Results): string {
  const { conditions, metrics, intervals } = results;
  const rows = Object.keys(conditions).map((name) => [
    name,
    ...METRIC_NAMES.map((metric) => describeMetric(results, name, metric)),
  ]);
  const note = `Percent right, mean [${level(intervals.level)} interval] over ${describeSeeds(results)}.`;
  const head = ['', ...METRIC_NAMES.map((metric) => metrics[metric].label)];
  return `${table([head, ...rows])}\n\n${escapeMarkdown(note)}`;
}

/** A row a condition and domain. */
function referenceTable({ conditions }: Results): string {
  const rows = Object.entries(conditions).flatMap(([name, { references }]) =>
    references.map((own) => [
      `${name}, ${own.domain}`,
      ...[own.untrained, own.majority, own.zeroShot, own.taught, own.final].map(known),
      ...[own.copyCeiling, own.goldReplay].map(known),
    ]),
  );
  const head = ['', 'rule', 'commonest target', 'untrained base', 'after its block'];
  return table([[...head, 'after the last', 'copy ceiling', 'gold replay'], ...rows]);
}

function known(value: number | null): string {
  return value === null ? '' : percent(value);
}

function strataTable(results: Results): string[] {
  const strata = knownStrata(results);
  if (strata.length === 0) return [];
  const head = strata.map((name) => `${name} (${examplesOf(results, name)})`);
  const rows = Object.entries(results.conditions).map(([condition, own]) => [
    condition,
    ...strata.map((name) => describeEstimate(results, own.strata[name])),
  ]);
  const note = `Strata: percent right after the last block, over ${describeSeeds(results)}.`;
  return [table([['by stratum (examples)', ...head], ...rows]), escapeMarkdown(note)];
}

function secondaryTable(results: Results): string[] {
  const rows = tabulateSecondary(results);
  return rows.length === 0 ? [] : [table(rows)];
}

function publishedTables({ published, metrics }: Results): string[] {
  return published.flatMap(({ name, condition, metrics: rows, differences }) => [
    table([
      [`${condition} − ${name}`, 'published', 'ours', 'distance'],
      ...rows.map(({ metric, published: theirs, ours, distance }) => [
        metrics[metric].label,
        percent(theirs),
        percent(ours),
        points(distance),
      ]),
    ]),
    escapeMarkdown(differences.join(' ')),
  ]);
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

function trainingTable({ tries }: Ledger): string[] {
  const { head, rows } = tabulateTraining(tries);
  return rows.length === 0 ? [] : [table([head, ...rows])];
}

function costTable(ledger: Ledger): string[] {
  const costs = sumByCondition(ledger);
  if (costs.length === 0) return [];
  const rows = costs.map(({ condition, unit, spending }) => [
    `${condition}, ${describeUnit(unit)}`,
    ...SPENDING.map((part) => duration(spending[part])),
  ]);
  return [table([['cost', ...SPENDING], ...rows])];
}
