import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { place } from './elements.ts';
import { html, type Markup } from './markup.ts';

/** How a condition looks everywhere: a colour and a shape of their own, so that neither is needed to tell it. */

const SHAPES = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolStar,
  symbolWye,
];
const COLOURS = 10;

/** The class that sets the colour of condition number `index`. */
export function colourClass(index: number): string {
  return `s${index % COLOURS}`;
}

export interface MarkOptions {
  x: number;
  y: number;
  /** Area in square units. */
  size?: number;
  /** Drawn for a mean over fewer seeds than planned. */
  isHollow?: boolean;
  /** Shown when pointed at. */
  title?: string;
}

export function mark(index: number, options: MarkOptions): Markup {
  const { x, y, size = 44, isHollow = false, title } = options;
  const path = symbol(SHAPES[index % SHAPES.length], size).digits(1)() ?? '';
  const name = title === undefined ? '' : html`<title>${title}</title>`;
  return html`<path class="mark ${colourClass(index)}${isHollow ? ' hollow' : ''}" transform="translate(${place(x)},${place(y)})" d="${path}">${name}</path>`;
}

/** Each condition's mark beside its name; `shown` leaves the others out. */
export function legend(
  conditions: readonly string[],
  shown: readonly string[] = conditions,
): Markup {
  const entries = conditions.flatMap((name, index) =>
    shown.includes(name)
      ? [
          html`<span><svg class="key" viewBox="0 0 16 16" aria-hidden="true">${mark(index, { x: 8, y: 8, size: 70 })}</svg>${name}</span>`,
        ]
      : [],
  );
  return html`<p class="legend">${entries}</p>`;
}
