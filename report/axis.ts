import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { place } from './elements.ts';
import { html, type Markup } from './markup.ts';

export type Scale = ScaleLinear<number, number>;

/** A scale over a domain that takes in all values and zero, with some room on both sides. */
export function scaleAround(values: readonly number[], range: [number, number]): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = Math.max(0.08 * (high - low), 0.005);
  return scaleLinear([low - room, high + room], range);
}

/** Ticks below a horizontal chart that ends at `bottom`, with lines up to `top`. */
export function horizontalAxis(
  scale: Scale,
  { top, bottom, format }: { top: number; bottom: number; format: (value: number) => string },
): Markup {
  const ticks = scale.ticks(6).map((value) => {
    const x = place(scale(value));
    return html`<line class="${value === 0 ? 'zero' : 'grid'}" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 14}" text-anchor="middle">${format(value)}</text>`;
  });
  return html`<g>${ticks}</g>`;
}

/** Lines and numbers for fractions from 0 to 1 on a vertical axis. */
export function percentAxis(scale: Scale, left: number, right: number): Markup {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return drawRungs(scale, { left, right, ticks, format: (value) => String(100 * value) });
}

/** Lines and numbers at a few round values on a vertical axis. */
export function verticalAxis(scale: Scale, left: number, right: number): Markup {
  return drawRungs(scale, { left, right, ticks: scale.ticks(4), format: scale.tickFormat(4) });
}

function drawRungs(
  scale: Scale,
  {
    left,
    right,
    ticks,
    format,
  }: { left: number; right: number; ticks: number[]; format: (value: number) => string },
): Markup {
  const rungs = ticks.map((value) => {
    const y = place(scale(value));
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text class="tick" x="${left - 6}" y="${y + 3.5}" text-anchor="end">${format(value)}</text>`;
  });
  return html`<g>${rungs}</g>`;
}
