import { scaleLinear } from 'd3-scale';
import type { DomainReferences } from '../contract/references.ts';
import type { Results } from '../contract/results.ts';
import { percent } from '../metrics/numbers.ts';
import { figure, formula, place, section } from './elements.ts';
import { colourClass, legend, mark } from './marks.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeScores } from './phrases.ts';

const BOX = { width: 480, left: 104, right: 12, top: 18, bottom: 20 };
const ROW = 22;

interface Entry {
  condition: string;
  /** Of the condition, for its mark. */
  index: number;
  references: DomainReferences;
}

/** Each domain's scores between what no learning gives and what could at best be right. */
export function renderReferences(results: Results): Markup {
  const entries = Object.entries(results.conditions).flatMap(([condition, { references }], index) =>
    references.map((own): Entry => ({ condition, index, references: own })),
  );
  const isExecuted = entries.some(({ references }) => references.worldReplay !== null);
  const panels = results.domains.map((domain) =>
    renderPanel(
      domain,
      entries.filter(({ references }) => references.domain === domain),
    ),
  );
  return section(
    'references',
    'Between baseline and ceiling',
    html`<p>Tick: after the block that teaches the domain, R<sub>jj</sub>; mark: after the last block; the line between them is what was lost or gained since. Grey: at or below the floor, the best answer without training (a rule, the commonest training target, the untrained base). Dashed: the copy ceiling, targets all of whose values stand verbatim in the prompt; who derives values can exceed it. Solid: gold replay, the gold calls through the same scorer. Percent right, means over seeds.</p>`,
    legend(Object.keys(results.conditions)),
    figure(html`<div class="pairs">${panels}</div>`, describeScores(results), {
      head: [
        'domain, condition',
        'rule (names)',
        'commonest (names)',
        'untrained base',
        'floor',
        formula('R_jj'),
        'after last block',
        'copy ceiling',
        'gold replay',
        ...(isExecuted ? ['executed'] : []),
      ],
      rows: results.domains.flatMap((domain) =>
        entries
          .filter(({ references }) => references.domain === domain)
          .map((entry) => tabulateEntry(entry, isExecuted)),
      ),
    }),
  );
}

function tabulateEntry({ condition, references }: Entry, isExecuted: boolean): Content[] {
  const { domain, untrained, untrainedNames, majority, majorityNames, zeroShot } = references;
  const { floor, taught, final, copyCeiling, goldReplay, atFloor } = references;
  return [
    `${domain}, ${condition}`,
    `${percent(untrained)} (${percent(untrainedNames)})`,
    `${percent(majority)} (${percent(majorityNames)})`,
    percent(zeroShot),
    percent(floor),
    taught === null ? '' : `${percent(taught)}${atFloor ? ' at its floor' : ''}`,
    percent(final),
    percent(copyCeiling),
    percent(goldReplay),
    ...(isExecuted ? [percent(references.worldReplay)] : []),
  ];
}

function renderPanel(domain: string, entries: readonly Entry[]): Markup {
  const bottom = BOX.top + ROW * entries.length;
  const x = scaleLinear([0, 1], [BOX.left, BOX.width - BOX.right]);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      html`<line class="grid" x1="${place(x(value))}" x2="${place(x(value))}" y1="${BOX.top - 4}" y2="${bottom}"/><text class="tick" x="${place(x(value))}" y="${bottom + 14}" text-anchor="middle">${100 * value}</text>`,
  );
  const rows = entries.map((entry, row) => drawEntry(entry, x, BOX.top + ROW * (row + 0.5)));
  return html`<div><h3>${domain}</h3><svg viewBox="0 0 ${BOX.width} ${bottom + BOX.bottom}" role="img" aria-label="${domain} between baseline and ceiling">${ticks}${rows}</svg></div>`;
}

function drawEntry(
  { condition, index, references }: Entry,
  x: (value: number) => number,
  y: number,
): Markup {
  const { floor, copyCeiling, goldReplay, taught, final } = references;
  const bar = (value: number | null, kind: string): Content =>
    value === null
      ? ''
      : html`<line class="${kind}" x1="${place(x(value))}" x2="${place(x(value))}" y1="${y - 8}" y2="${y + 8}"><title>${kind === 'copy' ? 'copy ceiling' : 'gold replay'} ${percent(value)}</title></line>`;
  const shade =
    floor === null
      ? ''
      : html`<rect class="floor" x="${place(x(0))}" y="${y - 8}" width="${place(x(floor) - x(0))}" height="16"><title>floor ${percent(floor)}</title></rect>`;
  const link =
    taught === null || final === null
      ? ''
      : html`<line class="line" x1="${place(x(taught))}" x2="${place(x(final))}" y1="${y}" y2="${y}"/>`;
  const before =
    taught === null
      ? ''
      : html`<line class="before" x1="${place(x(taught))}" x2="${place(x(taught))}" y1="${y - 6}" y2="${y + 6}"><title>${condition}: after its block ${percent(taught)}</title></line>`;
  const after =
    final === null
      ? ''
      : mark(index, {
          x: x(final),
          y,
          title: `${condition}: after the last block ${percent(final)}`,
        });
  return html`<text class="label" x="${BOX.left - 10}" y="${y + 4}" text-anchor="end">${condition}</text>${shade}${bar(copyCeiling, 'copy')}${bar(goldReplay, 'gold')}<g class="${colourClass(index)}">${link}${before}</g>${after}`;
}
