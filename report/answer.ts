import type { Comparison, Results, Verdict } from '../contract/results.ts';
import { level, percent, points } from '../metrics/numbers.ts';
import { horizontalAxis, scaleAround } from './axis.ts';
import { place } from './elements.ts';
import { html, type Markup } from './markup.ts';
import { describeFacts, describeScores, describeSeeds } from './phrases.ts';

/** A sign beside the word, so that a verdict is not told by its colour. */
const SIGNS: Record<Verdict, string> = {
  improved: '▲',
  regressed: '▼',
  equivalent: '=',
  inconclusive: '?',
  insufficient: '…',
};

/** The declared question, its verdict and the interval that it rests on. */
export function renderAnswer(results: Results): Markup {
  const { question, metrics, intervals } = results;
  if (!question?.verdict)
    return html`<div class="answer none"><p><strong>No question was declared.</strong> All that follows is exploratory.</p></div>\n`;
  const { treatment, control, metric, margin, alpha, verdict } = question;
  const facts = describeFacts(question).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return html`<div class="answer ${verdict}"><p class="asked">Declared question: does <b>${treatment}</b> differ from <b>${control}</b> in ${metrics[metric].label} by at least ${percent(margin)} points (alpha ${alpha})?</p>
<p class="verdict"><span aria-hidden="true">${SIGNS[verdict]}</span> ${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}</p>
<p class="sentence">${question.sentence}</p>
<div class="scroll" tabindex="0">${intervalChart(question)}</div>
<dl class="facts">${facts}</dl>
<p class="note">Line: ${level(1 - alpha)} interval (${intervals.method}); bar: mean; dots: seeds; shaded: smaller than the margin. The seed is the unit of replication: ${describeSeeds(results)}. ${describeScores(results)}</p></div>\n`;
}

const WIDTH = 720;

/** The difference on one line: margin, seeds, interval and mean. */
function intervalChart({ difference, pairs, margin }: Comparison): Markup {
  const { mean, low, high } = difference;
  const seeds = pairs.flatMap((pair) => (pair.difference === null ? [] : [pair]));
  if (mean === null) return html``;
  const bounds = [low ?? mean, high ?? mean, -margin, margin];
  const values = seeds.map((pair) => pair.difference ?? 0);
  const x = scaleAround([...bounds, ...values], [12, WIDTH - 12]);
  const dots = seeds.map(
    (pair) =>
      html`<circle class="dot" cx="${place(x(pair.difference ?? 0))}" cy="24" r="4"><title>seed ${pair.seed}: ${points(pair.difference)}</title></circle>`,
  );
  const span =
    low === null || high === null
      ? ''
      : html`<line class="span" x1="${place(x(low))}" x2="${place(x(high))}" y1="44" y2="44"/>`;
  return html`<svg viewBox="0 0 ${WIDTH} 80" role="img" aria-label="Difference in points with its interval"><rect class="margin" x="${place(x(-margin))}" y="8" width="${place(x(margin) - x(-margin))}" height="50"/>${horizontalAxis(x, { top: 8, bottom: 58, format: points })}${dots}${span}<rect class="mean" x="${place(x(mean) - 2.5)}" y="35" width="5" height="18"/></svg>`;
}
