import {
  METRIC_NAMES,
  type Comparison,
  type Estimate,
  type MetricName,
  type Results,
} from '../contract/results.ts';
import { interval, level, percent, points } from '../metrics/numbers.ts';
import { definitionList, folded, formula, section, table, type TableContent } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import {
  describeFloors,
  describeGap,
  describeScores,
  describeSeeds,
  findContrast,
  FLOORED_METRICS,
  flooredDomains,
} from './phrases.ts';

/** With more conditions than this they go down instead of across. */
const ACROSS = 4;
/** More lines about floors are folded away. */
const LISTED_FLOORS = 3;

/** Metrics and conditions with formulas, and the difference that the question is about. */
export function renderMetricTable(results: Results): Markup {
  const { intervals, question, convention, conditions } = results;
  const isWide = Object.keys(conditions).length > ACROSS;
  const floors = describeFloors(results).map((text) => html`<p class="note">▽ ${text}</p>`);
  return section(
    'metrics',
    'Metrics',
    html`<p>Percent of held-out examples, right under the convention <b>${convention}</b> unless named otherwise: mean and ${level(intervals.level)} interval over ${describeSeeds(results)}${question ? html`. Differences are in points with their ${level(1 - question.alpha)} interval, pair by pair at equal seeds` : ''}. ${intervals.method}${intervals.testTrainRatio > 0 ? ` (test/train ratio ${intervals.testTrainRatio})` : ''}.</p>`,
    table(isWide ? conditionsDown(results) : metricsDown(results)),
    isWide ? folded('Formulas', definitionList(METRIC_NAMES.map(defineMetric(results)))) : '',
    floors.length > LISTED_FLOORS
      ? folded(`▽ At the floor: ${floors.length} conditions`, floors)
      : floors,
    html`<p class="note">${describeScores(results)}</p>`,
  );
}

function metricsDown(results: Results): TableContent {
  const { question } = results;
  const names = Object.keys(results.conditions);
  return {
    head: ['', ...names, ...(question ? [contrastOf(question)] : [])],
    rows: METRIC_NAMES.map((metric): Content[] => [
      html`${nameMetric(results, metric)}<small>${describeFormula(results, metric)}</small>`,
      ...names.map((name) => conditionCell(results, name, metric)),
      ...(question ? [differenceCell(results, findContrast(results, metric))] : []),
    ]),
  };
}

function conditionsDown(results: Results): TableContent {
  const { question, conditions } = results;
  const contrast = question && [
    contrastOf(question),
    ...METRIC_NAMES.map((metric) => differenceCell(results, findContrast(results, metric))),
  ];
  const rows = Object.keys(conditions).map((name): Content[] => [
    html`<span class="metric">${name}</span>`,
    ...METRIC_NAMES.map((metric) => conditionCell(results, name, metric)),
  ]);
  return {
    look: 'dense',
    head: ['', ...METRIC_NAMES.map((metric) => nameMetric(results, metric))],
    rows: contrast ? [contrast, ...rows] : rows,
  };
}

function contrastOf({ treatment, control }: Comparison): string {
  return `${treatment} − ${control}`;
}

function nameMetric({ metrics, question, conditions }: Results, name: MetricName): Markup {
  const { label, short, higherIsBetter } = metrics[name];
  const declared = question?.metric === name ? html` <span class="badge">question</span>` : '';
  const shown = Object.keys(conditions).length > ACROSS ? short : label;
  return html`<span class="metric">${shown}</span> <span class="direction" title="${higherIsBetter ? 'higher' : 'lower'} is better">${higherIsBetter ? '↑' : '↓'}</span>${declared}`;
}

function describeFormula({ metrics }: Results, name: MetricName): Markup {
  return html`${formula(metrics[name].formula)}; divided by ${formula(metrics[name].divisor)}`;
}

function defineMetric(results: Results): (name: MetricName) => [Content, Content] {
  return (name) => [results.metrics[name].label, describeFormula(results, name)];
}

function conditionCell(results: Results, condition: string, metric: MetricName): Content {
  const estimate = results.conditions[condition]?.[metric];
  return estimate
    ? [estimateCell(results, estimate), floorFlag(results, condition, metric)]
    : gapCell(results);
}

/** Beside a number that cannot fall: it is low because little was learned, not because much was kept. */
function floorFlag(results: Results, condition: string, metric: MetricName): Content {
  if (!FLOORED_METRICS.includes(metric)) return '';
  const floored = flooredDomains(results, condition).map(({ domain }) => domain);
  if (floored.length === 0) return '';
  const what = floored.length === 1 ? floored : `${floored.length} domains`;
  return html`<small class="few" title="${floored.join(', ')}">▽ floor: ${what}</small>`;
}

function gapCell(results: Results): Markup {
  const tone = results.cells.missing > 0 ? 'missing' : 'without';
  return html`<span class="${tone}">${describeGap(results)}</span>`;
}

/** Mean, interval and n; says where n is less than planned. */
export function estimateCell(results: Results, estimate: Estimate): Markup {
  const { mean, n } = estimate;
  const planned = results.seeds.length;
  if (mean === null) return gapCell(results);
  return html`<b>${percent(mean)}</b> <span class="range">${interval(estimate)}</span><small class="${n < planned ? 'few' : ''}">n = ${n}${n < planned ? ` of ${planned}` : ''}</small>`;
}

function differenceCell(results: Results, comparison: Comparison | undefined): Markup {
  if (!comparison || comparison.difference.mean === null) return gapCell(results);
  const { difference, verdict } = comparison;
  return html`<b>${points(difference.mean)}</b> <span class="range">${interval(difference)}</span><small>n = ${difference.n}, ${verdict ?? 'exploratory'}</small>`;
}
