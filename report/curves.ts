import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Estimate, Results, Row } from '../contract/results.ts';
import { estimateSteps, runsOfOrder, stepsOf, walksStream } from '../metrics/matrices.ts';
import { level, withInterval } from '../metrics/numbers.ts';
import { percentAxis, type Scale } from './axis.ts';
import { figure, place, section } from './elements.ts';
import { DRAWN_ORDERS, DRAWN_SEEDS } from './heatmap.ts';
import { colourClass, legend, mark } from './marks.ts';
import { html, type Markup } from './markup.ts';
import { describeSeeds } from './phrases.ts';

/** A domain's accuracy under one condition at the base and after each block. */
interface Curve {
  condition: string;
  /** False: one checkpoint that knows no stream, joint training or the base; its points are a level. */
  walks: boolean;
  /** Drawn with its interval and seeds. */
  hasSpread: boolean;
  seeds: Row<number>[];
  points: Estimate[];
}

/** With more conditions only those of the question are drawn with their spread. */
const DETAILED = 4;

const BOX = { width: 250, height: 190, left: 30, right: 8, top: 10, bottom: 28 };

/** Learning and forgetting of each domain along the stream: one panel a domain, all conditions in it. */
export function renderCurves(results: Results): Markup {
  const orders = results.orders.slice(0, DRAWN_ORDERS).map((order) => {
    const panels = order.map((domain, j) => renderPanel(results, { order, domain, j }));
    const steps = order.map((domain, i) => `${i + 1} ${domain}`).join(', ');
    return html`<p class="note">Blocks: 0 the untrained base, ${steps}.</p><div class="panels">${panels}</div>`;
  });
  return section(
    'curves',
    'What is learned and what is kept',
    html`<p>Accuracy in percent on one domain after each block; the dashed line is the block that teaches it. Line: mean over ${describeSeeds(results)}; band: its ${level(results.intervals.level)} interval; faint lines: seeds${isCrowded(results) ? ', of the conditions that the question is about' : ''}. A hollow mark is a mean over fewer seeds than planned, a gap is missing. A level across a panel is a condition of one checkpoint.</p>`,
    legend(Object.keys(results.conditions)),
    orders,
  );
}

function isCrowded({ conditions }: Results): boolean {
  return Object.keys(conditions).length > DETAILED;
}

function renderPanel(
  results: Results,
  { order, domain, j }: { order: string[]; domain: string; j: number },
): Markup {
  const asked = [results.question?.treatment, results.question?.control];
  const curves = Object.entries(results.conditions).map(([condition, { runs }]): Curve => {
    const own = runsOfOrder(runs, order);
    const points = estimateSteps(own, results.intervals).flatMap(({ row }) => row[j] ?? []);
    const seeds = own.map((run) => stepsOf(run).map(({ row }) => row[j] ?? null));
    const hasSpread = !isCrowded(results) || asked.includes(condition);
    return { condition, walks: own.some(walksStream), hasSpread, seeds, points };
  });
  const x = scaleLinear([0, order.length], [BOX.left, BOX.width - BOX.right]);
  const y = scaleLinear([0, 1], [BOX.height - BOX.bottom, BOX.top]);
  const taught = place(x(j + 1));
  const steps = [0, ...order.map((_, i) => i + 1)];
  const ticks = steps.map(
    (step) =>
      html`<text class="tick" x="${place(x(step))}" y="${BOX.height - 12}" text-anchor="middle">${step}</text>`,
  );
  const chart = html`<svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="Accuracy on ${domain} after each block">${percentAxis(y, BOX.left, BOX.width - BOX.right)}<line class="teaches" x1="${taught}" x2="${taught}" y1="${BOX.top}" y2="${BOX.height - BOX.bottom}"/>${ticks}${curves.map((curve, index) => drawCurve(curve, index, { x, y }))}</svg>`;
  return figure(html`<h3>${domain}</h3>${chart}`, '', {
    head: ['after block', ...curves.map(({ condition }) => condition)],
    rows: steps.map((step) => [
      step === 0 ? '0 base' : `${step} ${order[step - 1] ?? ''}`,
      ...curves.map(({ walks, points }) => describe(walks ? points[step] : points.at(-1))),
    ]),
  });
}

function describe(point: Estimate | undefined): string {
  return point === undefined ? '' : `${withInterval(point)}, n = ${point.n}`;
}

function drawCurve(curve: Curve, index: number, scales: { x: Scale; y: Scale }): Markup {
  return curve.walks ? drawWalk(curve, index, scales) : drawLevel(curve, index, scales);
}

/** A line across the panel: what joint training or the untrained base reaches. */
function drawLevel({ points }: Curve, index: number, { x, y }: { x: Scale; y: Scale }): Markup {
  const point = points.at(-1);
  if (!point || point.mean === null) return html``;
  const [from, to] = x.range().map(place);
  const at = place(y(point.mean));
  const end = mark(index, { x: x.range()[1] ?? 0, y: y(point.mean), title: describe(point) });
  return html`<g class="${colourClass(index)}"><line class="level" x1="${from ?? 0}" x2="${to ?? 0}" y1="${at}" y2="${at}"/>${end}</g>`;
}

function drawWalk(
  { hasSpread, seeds, points }: Curve,
  index: number,
  { x, y }: { x: Scale; y: Scale },
): Markup {
  const pathOf = line<number | null>()
    .defined((value) => value !== null)
    .x((_, step) => x(step))
    .y((value) => y(value ?? 0))
    .digits(1);
  const band = area<Estimate>()
    .defined(({ low }) => low !== null)
    .x((_, step) => x(step))
    .y0(({ low }) => y(Math.max(0, low ?? 0)))
    .y1(({ high }) => y(Math.min(1, high ?? 0)))
    .digits(1);
  const faint = seeds.length > DRAWN_SEEDS ? [] : seeds;
  const spread = hasSpread
    ? [
        html`<path class="band" d="${band(points) ?? ''}"/>`,
        ...faint.map((row) => html`<path class="faint" d="${pathOf(row) ?? ''}"/>`),
      ]
    : '';
  const marks = points.map((point, step) =>
    point.mean === null
      ? ''
      : mark(index, {
          x: x(step),
          y: y(point.mean),
          isHollow: point.n < seeds.length,
          title: describe(point),
        }),
  );
  return html`<g class="${colourClass(index)}">${spread}<path class="line" d="${pathOf(points.map(({ mean }) => mean)) ?? ''}"/>${marks}</g>`;
}
