import {
  addSpending,
  type DeviceUnit,
  heldSeconds,
  type Ledger,
  NO_SPENDING,
  type Spending,
  SPENDING,
} from '../contract/ledger.ts';
import { duration, percent } from '../metrics/numbers.ts';
import { figure, place, section } from './elements.ts';
import { html, type Markup } from './markup.ts';

/** What held devices, in the order of a bar; waiting holds none. */
const HELD = SPENDING.filter((part) => part !== 'queued');

export const SPENDING_MEANINGS: Record<keyof Spending, string> = {
  useful: 'steps and predictions that the results stand on',
  repeated: 'done again by a later try',
  failed: 'spent by tries that failed',
  starting: 'devices held while images, data and weights arrived',
  queued: 'waiting that held no device',
};
const WIDTH = 720;
const LEFT = 120;
const RIGHT = 80;
const ROW = 34;
/** Narrower parts carry no number. */
const LABELLED = 60;

/** Of one condition, all seeds together. */
export interface ConditionCost {
  condition: string;
  unit: DeviceUnit;
  spending: Spending;
}

export function sumByCondition({ rows }: Pick<Ledger, 'rows'>): ConditionCost[] {
  const costs = new Map<string, ConditionCost>();
  for (const { condition, unit, spending } of rows) {
    const name = JSON.stringify([condition, unit]);
    const before = costs.get(name)?.spending ?? NO_SPENDING;
    costs.set(name, { condition, unit, spending: addSpending(before, spending) });
  }
  return [...costs.values()];
}

/** Whose time a cost is: `GPU time`, and with both kinds for each of them. */
export function describeUnit(unit: DeviceUnit): string {
  return `${unit} time`;
}

/** Where the time of GPUs went; nothing where this sweep paid for nothing. */
export function renderLedger(ledger: Ledger): Markup {
  const costs = sumByCondition(ledger);
  if (costs.length === 0) return html``;
  const units = [...new Set(costs.map(({ unit }) => unit))].map(describeUnit).join(' and ');
  return section(
    'cost',
    'What it cost',
    html`<p>${units} of this sweep's own tries by what it was good for, ${ledger.tries.length} tries in all. Blocks and predictions that were stored already cost nothing. Waiting in queues holds no device and is told apart.</p>`,
    figure(
      html`<p class="legend">${listKeys()}</p><div class="scroll" tabindex="0">${drawBars(costs)}</div>`,
      '',
      {
        head: ['condition, seed', 'of', 'tries', ...SPENDING],
        rows: ledger.rows.map(({ condition, seed, unit, tries, spending }) => [
          `${condition}, ${seed}`,
          describeUnit(unit),
          tries,
          ...SPENDING.map((part) => duration(spending[part])),
        ]),
      },
    ),
  );
}

function listKeys(): Markup[] {
  return HELD.map(
    (part) =>
      html`<span><svg class="key" viewBox="0 0 16 16" aria-hidden="true"><rect class="l-${part}" width="16" height="16"/></svg>${part}: ${SPENDING_MEANINGS[part]}</span>`,
  );
}

/** One bar a condition, as long as its share of the dearest one's time. */
function drawBars(costs: readonly ConditionCost[]): Markup {
  const most = Math.max(...costs.map(({ spending }) => heldSeconds(spending)), Number.MIN_VALUE);
  const hasUnits = new Set(costs.map(({ unit }) => unit)).size > 1;
  const bars = costs.map(({ condition, unit, spending }, row) => {
    const held = heldSeconds(spending);
    const end = place(LEFT + (held / most) * (WIDTH - LEFT - RIGHT));
    const name = hasUnits ? `${condition} (${unit})` : condition;
    const waited =
      spending.queued > 0 ? html`<title>waited ${duration(spending.queued)}</title>` : '';
    return html`<text class="label" x="${LEFT - 10}" y="${row * ROW + 20}" text-anchor="end">${name}</text>${drawParts(spending, most, row)}<text x="${end + 8}" y="${row * ROW + 20}">${duration(held)}${waited}</text>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${ROW * costs.length}" role="img" aria-label="Time by what it was good for">${bars}</svg>`;
}

function drawParts(spending: Spending, most: number, row: number): Markup[] {
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const held = heldSeconds(spending);
  return HELD.flatMap((part, index) => {
    const seconds = spending[part];
    if (seconds <= 0) return [];
    const before = HELD.slice(0, index).reduce((sum, earlier) => sum + spending[earlier], 0);
    const [x, width] = [place(LEFT + before * scale), place(seconds * scale)];
    const share = `${percent(seconds / held)} %`;
    const text =
      width < LABELLED
        ? ''
        : html`<text class="on-l-${part}" x="${x + 8}" y="${row * ROW + 20}">${share}</text>`;
    return html`<rect class="l-${part}" x="${x}" y="${row * ROW + 2}" width="${width}" height="${ROW - 8}"><title>${part} ${duration(seconds)} (${share})</title></rect>${text}`;
  });
}
