import { html, type Content, type Markup } from './markup.ts';

/** The elements that sections share. */

export interface TableContent {
  caption?: string;
  head: readonly Content[];
  /** The first cell of a row is its header. */
  rows: readonly (readonly Content[])[];
  /** Words instead of numbers: aligned to the left. Dense: each number above its interval. */
  look?: 'words' | 'dense';
}

export function section(id: string, title: string, ...content: Content[]): Markup {
  return html`<section id="${id}"><h2>${title}</h2>${content}</section>\n`;
}

export function table({ caption, head, rows, look }: TableContent): Markup {
  const title = caption === undefined ? '' : html`<caption>${caption}</caption>`;
  const columns = head.map((cell) => html`<th scope="col">${cell}</th>`);
  return html`<div class="scroll" tabindex="0"><table${look ? html` class="${look}"` : ''}>${title}<thead><tr>${columns}</tr></thead><tbody>${rows.map(tableRow)}</tbody></table></div>\n`;
}

function tableRow([first = '', ...rest]: readonly Content[]): Markup {
  const cells = rest.map((cell) => html`<td>${cell}</td>`);
  return html`<tr><th scope="row">${first}</th>${cells}</tr>\n`;
}

/** A chart with its caption and, folded away, the numbers that it is drawn from. */
export function figure(chart: Content, caption: Content, data: TableContent): Markup {
  return html`<figure>${chart}<figcaption>${caption}</figcaption>${folded('Data', table(data))}</figure>\n`;
}

export function folded(summary: Content, content: Content): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>\n`;
}

export function definitionList(entries: readonly (readonly [Content, Content])[]): Markup {
  return html`<dl>${entries.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>\n`)}</dl>\n`;
}

/** A formula with its indices set low: `R_Nj`, `R_(j−1)j`. */
export function formula(text: string): Content[] {
  return text
    .split(/_((?:\([^)]*\)|[A-Za-z0-9])+)/)
    .map((part, index) => (index % 2 === 0 ? part : html`<sub>${part}</sub>`));
}

/** `1 seed`, `5 seeds`. */
export function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A number of SVG with at most two decimals, so that files stay small. */
export function place(value: number): number {
  return Math.round(100 * value) / 100;
}
