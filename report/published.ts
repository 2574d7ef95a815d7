import type { Distance, PublishedComparison, Results } from '../contract/results.ts';
import { percent, points } from '../metrics/numbers.ts';
import { section, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeSeeds } from './phrases.ts';

/** How far from published numbers, and what else is different. */
export function renderPublished(results: Results): Markup {
  const { published } = results;
  if (published.length === 0) return html``;
  return section(
    'published',
    'Distance from published numbers',
    html`<p>Ours minus the published value, in points, below it <i>published → ours</i>. Ours is the mean over ${describeSeeds(results)}. A distance is no test: read it with what differs.</p>`,
    html`<div class="maps">${published.map((comparison) => renderComparison(results, comparison))}</div>`,
  );
}

function renderComparison(results: Results, comparison: PublishedComparison): Markup {
  const { name, condition, source, cells, metrics, differences } = comparison;
  const order = results.orders[0] ?? [];
  const matrix = cells
    ? table({
        head: ['after', ...order],
        rows: cells.map((row, i): Content[] => [
          `${i + 1} ${order[i] ?? ''}`,
          ...row.map(distanceCell),
        ]),
      })
    : '';
  const values = table({
    head: ['', 'published', 'ours', 'distance'],
    rows: metrics.map((row): Content[] => [
      results.metrics[row.metric].label,
      percent(row.published),
      percent(row.ours),
      html`<b>${points(row.distance)}</b>`,
    ]),
  });
  return html`<div><h3>${condition} − ${name}</h3><p class="note">${source ?? 'Source not given'}.</p>${matrix}${values}<ul class="note">${differences.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

function distanceCell({ published, ours, distance }: Distance): Markup {
  if (distance === null)
    return html`<span class="without">${percent(published)} → ${percent(ours)}</span>`;
  return html`<b>${points(distance)}</b><small>${percent(published)} → ${percent(ours)}</small>`;
}
