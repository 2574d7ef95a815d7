import { scaleLinear } from 'd3-scale';
import type { Comparison, Pair, Results } from '../contract/results.ts';
import { interval, percent, points, pValue } from '../metrics/numbers.ts';
import { horizontalAxis, scaleAround } from './axis.ts';
import { figure, place, section } from './elements.ts';
import { DRAWN_SEEDS } from './heatmap.ts';
import { legend, mark } from './marks.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeSeeds, describeSeedsToSettle } from './phrases.ts';

const BOX = { width: 720, left: 236, right: 14, top: 8 };
const ROW = 26;

/** Pairs of conditions: the seeds of the first comparison one by one, then every comparison with its interval. */
export function renderDifferences(results: Results): Markup {
  const comparisons = [...(results.question ? [results.question] : []), ...results.exploratory];
  const [first] = comparisons;
  if (!first) return html``;
  return section(
    'differences',
    'Paired differences',
    html`<p>Conditions are compared seed by seed, orders averaged within a seed. Over ${describeSeeds(results)}. Only a declared question gets a verdict; everything else is exploratory and claims nothing. p (Holm) holds for all ${results.exploratory.length} exploratory comparisons together.</p>`,
    renderPairs(results, first),
    renderForest(results, comparisons),
  );
}

function renderPairs(results: Results, comparison: Comparison): Markup {
  const { treatment, control, metric, pairs } = comparison;
  const names = Object.keys(results.conditions);
  const drawn = pairs.length > DRAWN_SEEDS ? [] : pairs;
  const values = drawn.flatMap((pair) => [pair.treatment ?? [], pair.control ?? []].flat());
  const x = scaleLinear(paddedExtent(values), [110, 620]);
  const bottom = BOX.top + ROW * drawn.length;
  const rows = drawn.map((pair, index) => {
    const y = BOX.top + ROW * (index + 0.5);
    const ends = [
      pairEnd({ value: pair.control, condition: names.indexOf(control), x, y }),
      pairEnd({ value: pair.treatment, condition: names.indexOf(treatment), x, y }),
    ];
    return html`<text class="label" x="96" y="${y + 4}" text-anchor="end">seed ${pair.seed}</text>${pairLine(pair, { x, y })}${ends}<text class="label" x="706" y="${y + 4}" text-anchor="end">${points(pair.difference)}</text>`;
  });
  const { label } = results.metrics[metric];
  const chart = html`<svg viewBox="0 0 ${BOX.width} ${bottom + 22}" role="img" aria-label="${label} of ${treatment} and ${control} by seed">${horizontalAxis(x, { top: BOX.top, bottom, format: percent })}${rows}</svg>`;
  return figure(
    html`<h3>${treatment} − ${control} by seed: ${label}</h3>${legend(names, [treatment, control])}<div class="scroll" tabindex="0">${chart}</div>`,
    drawn.length < pairs.length ? `More than ${DRAWN_SEEDS} seeds: not drawn.` : '',
    {
      head: ['seed', treatment, control, 'difference'],
      rows: pairs.map((pair) => [
        pair.seed,
        percent(pair.treatment),
        percent(pair.control),
        points(pair.difference),
      ]),
    },
  );
}

/** Some room around the values, so that no mark sits on the edge. */
function paddedExtent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(1, ...values), Math.max(0, ...values)];
  const room = Math.max(0.05 * (high - low), 0.01);
  return low > high ? [0, 1] : [low - room, high + room];
}

type Place = { x: (value: number) => number; y: number };

function pairLine({ treatment, control }: Pair, { x, y }: Place): Content {
  if (treatment === null || control === null) return '';
  return html`<line class="link" x1="${place(x(control))}" x2="${place(x(treatment))}" y1="${y}" y2="${y}"/>`;
}

function pairEnd(end: Place & { value: number | null; condition: number }): Content {
  const { value, condition, x, y } = end;
  return value === null ? '' : mark(condition, { x: x(value), y, size: 64, title: percent(value) });
}

function renderForest(results: Results, comparisons: Comparison[]): Markup {
  const known = comparisons.flatMap(({ difference: { mean, low, high } }) =>
    [mean, low, high].filter((value) => value !== null),
  );
  const margins = comparisons.flatMap(({ margin, verdict }) => (verdict ? [-margin, margin] : []));
  const x = scaleAround([...known, ...margins], [BOX.left, BOX.width - BOX.right]);
  const bottom = BOX.top + ROW * comparisons.length;
  const nameOf = ({ treatment, control, metric }: Comparison): string =>
    `${treatment} − ${control}: ${results.metrics[metric].short}`;
  const rows = comparisons.map((comparison, index) => {
    const y = BOX.top + ROW * (index + 0.5);
    return forestRow(comparison, { label: shorten(nameOf(comparison)), x, y });
  });
  const chart = html`<svg viewBox="0 0 ${BOX.width} ${bottom + 22}" role="img" aria-label="Differences with their intervals">${horizontalAxis(x, { top: BOX.top, bottom, format: points })}${rows}</svg>`;
  return figure(
    html`<h3>All comparisons, in points</h3><div class="scroll" tabindex="0">${chart}</div>`,
    'Bold: the declared question, with its margin shaded. For forgetting and malformed lower is better. Better: that a seed of the first is better than a seed of the second, whichever they are. Settled by: seeds that would tell a difference like this from zero in four sweeps of five.',
    {
      head: [
        'comparison',
        'difference',
        'interval',
        'n',
        'p (paired t)',
        'p (sign flips)',
        'smallest p',
        'p (Holm)',
        'interquartile mean',
        'better, %',
        'settled by',
        'verdict',
      ],
      rows: comparisons.map((comparison) => {
        const { difference, p, verdict, interquartileMean, probabilityOfImprovement } = comparison;
        const values = [p.t, p.permutation, p.floor].map(pValue);
        return [
          nameOf(comparison),
          points(difference.mean),
          interval(difference),
          difference.n,
          ...values,
          p.holm === null ? '' : pValue(p.holm),
          interquartileMean === null ? '' : points(interquartileMean),
          probabilityOfImprovement === null ? '' : percent(probabilityOfImprovement),
          difference.low === null ? '' : describeSeedsToSettle(comparison),
          verdict ?? 'exploratory',
        ];
      }),
    },
  );
}

function forestRow(
  { difference: { mean, low, high }, margin, verdict }: Comparison,
  { label, x, y }: Place & { label: string },
): Markup {
  const shade = html`<rect class="margin" x="${place(x(-margin))}" y="${y - 11}" width="${place(x(margin) - x(-margin))}" height="22"/>`;
  const bar =
    low === null || high === null
      ? ''
      : html`<line class="span" x1="${place(x(low))}" x2="${place(x(high))}" y1="${y}" y2="${y}"/>`;
  const centre =
    mean === null
      ? ''
      : html`<rect class="mean" x="${place(x(mean) - 2.5)}" y="${y - 7}" width="5" height="14"/>`;
  const name = html`<text class="label${verdict ? ' declared' : ''}" x="${BOX.left - 10}" y="${y + 4}" text-anchor="end">${label}</text>`;
  return html`${verdict ? shade : ''}${name}${bar}${centre}`;
}

const LABEL_LENGTH = 34;

function shorten(text: string): string {
  return text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH - 1)}…` : text;
}
