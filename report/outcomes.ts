import type { Results } from '../contract/results.ts';
import { OUTCOMES, type Outcome } from '../contract/scores.ts';
import { percent, withInterval } from '../metrics/numbers.ts';
import { figure, place, section } from './elements.ts';
import { html, type Markup } from './markup.ts';
import { describeSeeds } from './phrases.ts';

const MEANINGS: Record<Outcome, string> = {
  exact: 'every call right',
  'some-arguments': 'names right, at least one argument right',
  'wrong-arguments': 'names right, no argument right',
  'wrong-name': 'another call, or too many or too few',
  malformed: 'no readable call',
};
const WIDTH = 720;
const LEFT = 120;
const ROW = 34;
/** Narrower parts carry no number. */
const LABELLED = 34;

/** What the predictions after the last block were, as parts of a whole. */
export function renderOutcomes(results: Results): Markup {
  const conditions = Object.entries(results.conditions);
  const bars = conditions.map(([name, { outcomes }], row) => {
    const shares = OUTCOMES.map((kind) => outcomes[kind].mean ?? 0);
    const parts = OUTCOMES.map((kind, index) => {
      const before = shares.slice(0, index).reduce((sum, share) => sum + share, 0);
      return barPart({ kind, share: shares[index] ?? 0, before, row });
    });
    const isKnown = outcomes.exact.mean !== null;
    return html`<text class="label" x="${LEFT - 10}" y="${row * ROW + 20}" text-anchor="end">${name}</text>${isKnown ? parts : html`<text class="label" x="${LEFT}" y="${row * ROW + 20}">missing</text>`}`;
  });
  const chart = html`<svg viewBox="0 0 ${WIDTH} ${ROW * conditions.length}" role="img" aria-label="Outcomes by kind">${bars}</svg>`;
  const keys = OUTCOMES.map(
    (kind) =>
      html`<span><svg class="key" viewBox="0 0 16 16" aria-hidden="true"><rect class="o-${kind}" width="16" height="16"/></svg>${kind}: ${MEANINGS[kind]}</span>`,
  );
  return section(
    'outcomes',
    'Outcomes by kind',
    html`<p>After the last block, under the convention exact: percent of held-out examples, domains weighted equally, mean over ${describeSeeds(results)}.</p>`,
    figure(html`<p class="legend">${keys}</p><div class="scroll" tabindex="0">${chart}</div>`, '', {
      head: ['condition', ...OUTCOMES],
      rows: conditions.map(([name, { outcomes }]) => [
        name,
        ...OUTCOMES.map((kind) => withInterval(outcomes[kind])),
      ]),
    }),
  );
}

function barPart(part: { kind: Outcome; share: number; before: number; row: number }): Markup {
  const { kind, share, before, row } = part;
  const scale = WIDTH - LEFT;
  const x = place(LEFT + before * scale);
  const width = place(share * scale);
  const text =
    width < LABELLED
      ? ''
      : html`<text class="on-${kind}" x="${x + 8}" y="${row * ROW + 20}">${percent(share)}</text>`;
  return html`<rect class="o-${kind}" x="${x}" y="${row * ROW + 2}" width="${width}" height="${ROW - 8}"><title>${kind} ${percent(share)}</title></rect>${text}`;
}
