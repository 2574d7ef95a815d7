import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Ledger } from '../contract/ledger.ts';
import type { Results } from '../contract/results.ts';
import { count, duration, percent } from '../metrics/numbers.ts';
import { joinCurves, type LossCurve, summariseTraining } from '../metrics/training.ts';
import { verticalAxis } from './axis.ts';
import { section, table } from './elements.ts';
import { colourClass, legend } from './marks.ts';
import { html, type Markup } from './markup.ts';

const BOX = { width: 250, height: 150, left: 36, right: 8, top: 10, bottom: 24 };
const UNKNOWN = '–';

/** How well trainers used their devices, and how the loss of every block fell; nothing where they told nothing. */
export function renderTraining(results: Results, { tries }: Ledger): Markup {
  const curves = joinCurves(tries);
  const conditions = Object.keys(results.conditions);
  const costs = tabulateTraining(tries);
  if (costs.rows.length === 0) return html``;
  const blocks = [...new Set(curves.map(({ block }) => block))];
  const panels = blocks.map((block) => {
    const own = curves.filter((curve) => curve.block === block);
    return html`<figure><h3>${block}</h3>${drawPanel(block, own, conditions)}</figure>`;
  });
  return section(
    'training',
    'Training',
    html`<p>What trainers told of the training that this sweep paid for: means over all progress, and the most memory of any try; ${UNKNOWN} where a trainer does not know. MFU: model FLOPs utilisation.</p>`,
    table(costs),
    panels.length > 0
      ? html`<p class="note">Training loss by step of each block, a line for each seed.</p>${legend(conditions)}<div class="panels">${panels}</div>`
      : '',
  );
}

export function tabulateTraining(tries: Ledger['tries']): { head: string[]; rows: string[][] } {
  return {
    head: [
      'condition',
      'tokens/s',
      'MFU %',
      'GPUs busy %',
      'power W',
      'peak memory GiB',
      'waited for checkpoints',
    ],
    rows: summariseTraining(tries).map((cost) => [
      cost.condition,
      known(cost.tokensPerSecond, (speed) => count(Math.round(speed))),
      known(cost.mfu, percent),
      known(cost.gpuUtilisation, percent),
      known(cost.gpuPowerWatts, (watts) => count(Math.round(watts))),
      known(cost.peakMemoryBytes, (bytes) => (bytes / 2 ** 30).toFixed(1)),
      known(cost.checkpointSeconds, duration) +
        (cost.checkpointShare === null ? '' : ` (${percent(cost.checkpointShare)} %)`),
    ]),
  };
}

function known(value: number | null, show: (value: number) => string): string {
  return value === null ? UNKNOWN : show(value);
}

function drawPanel(block: string, curves: readonly LossCurve[], conditions: string[]): Markup {
  const points = curves.flatMap((curve) => curve.points);
  const steps = Math.max(1, ...points.map(({ step }) => step));
  const most = Math.max(Number.MIN_VALUE, ...points.map(({ loss }) => loss));
  const x = scaleLinear([0, steps], [BOX.left, BOX.width - BOX.right]);
  const y = scaleLinear([0, most], [BOX.height - BOX.bottom, BOX.top]);
  const path = line<LossCurve['points'][number]>()
    .x(({ step }) => x(step))
    .y(({ loss }) => y(loss))
    .digits(1);
  const lines = curves.map(
    ({ condition, points: own }) =>
      html`<g class="${colourClass(conditions.indexOf(condition))}"><path class="line" d="${path(own) ?? ''}"/></g>`,
  );
  return html`<svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="Training loss of ${block} by step">${verticalAxis(y, BOX.left, BOX.width - BOX.right)}<text class="tick" x="${BOX.width - BOX.right}" y="${BOX.height - 8}" text-anchor="end">${steps} steps</text>${lines}</svg>`;
}
