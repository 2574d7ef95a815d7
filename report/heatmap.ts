import type { DomainReferences } from '../contract/references.ts';
import type { Estimate, Results, RunResult } from '../contract/results.ts';
import { estimateSteps, runsOfOrder, stepsOf, walksStream } from '../metrics/matrices.ts';
import { interval, percent } from '../metrics/numbers.ts';
import { figure, place, section } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeSeeds } from './phrases.ts';

/** Beyond these a page would be too large to open; the report says so and names the file that has everything. */
export const DRAWN_ORDERS = 6;
export const DRAWN_SEEDS = 50;

/** One accuracy matrix a condition and order: means over seeds, with the seeds as ticks inside each cell. */
export function renderMatrices(results: Results): Markup {
  const maps = results.orders
    .slice(0, DRAWN_ORDERS)
    .flatMap((order) =>
      Object.entries(results.conditions).map(([name, { runs }]) =>
        renderMatrix(results, name, { order, runs: runsOfOrder(runs, order) }),
      ),
    );
  return section(
    'matrices',
    'Accuracy matrices',
    html`<p>Row: the checkpoint after a block, from the untrained base down. Column: the domain scored, in the order of the stream. Percent right, mean over ${describeSeeds(results)}; ticks below a number are its seeds from 0 to 100. A frame marks the block that teaches the domain; hatching marks what is missing, <i>n</i> a mean over fewer seeds. Below: the best answer without training, what copying from the prompt could reach, and what the gold calls score.${limits(results)}</p>`,
    html`<div class="maps">${maps}</div>`,
  );
}

function limits({ orders, seeds }: Results): string {
  const parts = [
    orders.length > DRAWN_ORDERS ? `the first ${DRAWN_ORDERS} of ${orders.length} orders` : '',
    seeds.length > DRAWN_SEEDS ? `means without the ${seeds.length} seeds` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` Drawn here: ${parts.join(', ')}; cells.csv has all.`;
}

function renderMatrix(
  results: Results,
  name: string,
  { order, runs }: { order: string[]; runs: RunResult[] },
): Markup {
  const { references = [], description = '' } = results.conditions[name] ?? {};
  const walks = runs.some(walksStream);
  const rows = estimateSteps(runs, results.intervals).map((step, i) => {
    const cells = step.row.map((estimate, j) => {
      const isPlanned = results.evaluate === 'all' || (walks ? j < i : i > 0);
      if (!isPlanned) return html`<td class="unplanned" title="not evaluated"></td>`;
      const values = runs.map((run) => stepsOf(run)[i]?.row[j] ?? null);
      return matrixCell(values, estimate, { isTaught: walks ? j === i - 1 : i > 0 });
    });
    return html`<tr><th scope="row">${step.name}</th>${cells}</tr>\n`;
  });
  const head = order.map((domain) => html`<th scope="col">${domain}</th>`);
  const chart = html`<div class="scroll" tabindex="0"><table class="map"><caption>${name}</caption><thead><tr><th scope="col">after</th>${head}</tr></thead><tbody>${rows}</tbody><tfoot>${referenceRows(references, order)}</tfoot></table></div>`;
  return figure(chart, description, {
    head: ['seed, after', ...order],
    rows: runs.flatMap((run) =>
      stepsOf(run).map(({ name: step, row }): Content[] => [
        `${run.seed}, ${step}`,
        ...row.map(percent),
      ]),
    ),
  });
}

/** What the cells are held against, domain by domain. */
function referenceRows(references: readonly DomainReferences[], order: readonly string[]): Content {
  const lines: [string, string, (own: DomainReferences) => number | null][] = [
    ['floor', 'the best answer without training', ({ floor }) => floor],
    ['copy ceiling', 'all values verbatim in the prompt', ({ copyCeiling }) => copyCeiling],
    ['gold replay', 'the gold calls through the same scorer', ({ goldReplay }) => goldReplay],
  ];
  const byDomain = new Map(references.map((own) => [own.domain, own]));
  return lines.map(([name, meaning, pick]) => {
    const cells = order.map((domain) => {
      const own = byDomain.get(domain);
      const value = own ? pick(own) : null;
      return html`<td>${value === null ? 'not known' : percent(value)}</td>`;
    });
    return html`<tr><th scope="row" title="${meaning}">${name}</th>${cells}</tr>\n`;
  });
}

function matrixCell(
  values: (number | null)[],
  estimate: Estimate,
  { isTaught }: { isTaught: boolean },
): Markup {
  const { mean, n } = estimate;
  const frame = isTaught ? ' taught' : '';
  if (mean === null) return html`<td class="absent${frame}">missing</td>`;
  const few = n < values.length ? html`<small>n=${n}</small>` : '';
  return html`<td class="h${Math.round(20 * mean)}${frame}${few === '' ? '' : ' partly'}" title="${percent(mean)} ${interval(estimate)}, n = ${n}">${percent(mean)}${few}${seedTicks(values)}</td>`;
}

/** The seeds of a cell on a line from 0 to 100 percent. */
function seedTicks(values: (number | null)[]): Content {
  const known = values.filter((value) => value !== null);
  if (values.length > DRAWN_SEEDS || known.length < 2) return '';
  const ticks = known.map((value) => `M${place(1 + 58 * value)} 0v7`).join('');
  return html`<svg class="ticks" viewBox="0 0 60 7" aria-hidden="true"><path d="M1 3.5h58"/><path class="seed" d="${ticks}"/></svg>`;
}
