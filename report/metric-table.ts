import {
  METRIC_NAMES,
  type Comparison,
  type Estimate,
  type MetricName,
  type Results,
} from '../contract/results.ts';
import { interval, level, percent, points } from '../metrics/numbers.ts';
import { formula, section, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeGap, findContrast } from './phrases.ts';

/** Metrics down, conditions across, with formulas, and the difference that the question is about. */
export function renderMetricTable(results: Results): Markup {
  const { intervals, question, convention } = results;
  const conditions = Object.entries(results.conditions);
  const contrast = question ? [`${question.treatment} − ${question.control}`] : [];
  const rows = METRIC_NAMES.map((metric): Content[] => [
    describeMetric(results, metric),
    ...conditions.map(([, condition]) => estimateCell(results, condition[metric])),
    ...(question ? [differenceCell(results, findContrast(results, metric))] : []),
  ]);
  return section(
    'metrics',
    'Metrics',
    html`<p>Percent of held-out examples, right under the convention <b>${convention}</b> unless named otherwise. Mean over seeds with its ${level(intervals.level)} interval${question ? html`; differences are in points with their ${level(1 - question.alpha)} interval, pair by pair at equal seeds` : ''}. ${intervals.method}${intervals.testTrainRatio > 0 ? ` (test/train ratio ${intervals.testTrainRatio})` : ''}.</p>`,
    table({ head: ['', ...conditions.map(([name]) => name), ...contrast], rows }),
  );
}

function describeMetric({ metrics, question }: Results, name: MetricName): Markup {
  const { label, formula: text, divisor, higherIsBetter } = metrics[name];
  const declared = question?.metric === name ? html` <span class="badge">question</span>` : '';
  return html`<span class="metric">${label}</span> <span class="direction" title="${higherIsBetter ? 'higher' : 'lower'} is better">${higherIsBetter ? '↑' : '↓'}</span>${declared}<small>${formula(text)}; divided by ${formula(divisor)}</small>`;
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
