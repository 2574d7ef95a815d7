import type { Estimate, Results, RunResult } from '../contract/results.ts';
import type { SecondaryComparison, SecondaryMeasure } from '../contract/secondary.ts';
import { estimateSteps, runsOfOrder } from '../metrics/matrices.ts';
import { nats, percent, points, signedNats, withInterval } from '../metrics/numbers.ts';
import { definitionList, folded, section, table } from './elements.ts';
import { html, type Content, type Markup } from './markup.ts';
import { describeGap, describeSeeds } from './phrases.ts';

const MEANINGS: Record<'pass^k' | 'loss' | 'truncatedRate', string> = {
  'pass^k':
    'That k answers drawn for an example are all right: the mean over examples of C(c, k) / C(n, k) for c right ones of n draws (Yao et al., 2024), then over domains, after the last block; in percent.',
  loss: 'Nats per token of the held-out targets, each given its prompt: over a domain all tokens weigh the same, then the mean over domains after the last block. Lower is better; its exponential is the perplexity.',
  truncatedRate:
    "Answers after the last block that ended at the trainer's limit of new tokens, in percent; the mean over domains.",
};

/** Column by column: what is measured beside the metrics. Of many draws only some k; secondary.csv has all. */
function listSecondary({ conditions }: Results): SecondaryMeasure[] {
  const known = Object.values(conditions).flatMap(({ secondary }) => secondary ?? []);
  const draws = Math.max(0, ...known.map(({ passK = [] }) => passK.length));
  const shown = Array.from({ length: draws }, (_, index) => index + 1).filter(
    (k) => k === draws || Number.isInteger(Math.log2(k)),
  );
  return [
    ...shown.map((k) => `pass^${k}` as const),
    ...(known.some(({ loss }) => loss) ? (['loss'] as const) : []),
    ...(known.some(({ truncatedRate }) => truncatedRate) ? (['truncatedRate'] as const) : []),
  ];
}

/** The same as text: a head, then a line for each pair and each condition; nothing where nothing is measured. */
export function tabulateSecondary(results: Results): string[][] {
  const measures = listSecondary(results);
  if (measures.length === 0) return [];
  const pairs = new Map(
    (results.secondary ?? []).map((one) => [`${one.treatment} − ${one.control}`, one]),
  );
  const differences = [...pairs].map(([name, { treatment, control }]) => [
    name,
    ...measures.map((measure) => showDifference(findPair(results, measure, treatment, control))),
  ]);
  const rows = Object.keys(results.conditions).map((name) => [
    name,
    ...measures.map((measure) =>
      showEstimate(results, measure, estimateOf(results, name, measure)),
    ),
  ]);
  return [['exploratory', ...measures.map(nameMeasure)], ...differences, ...rows];
}

export function renderSecondary(results: Results): Markup {
  const [head, ...rows] = tabulateSecondary(results);
  if (!head) return html``;
  const measures = listSecondary(results);
  const explained = [
    ...(measures.some((measure) => measure.startsWith('pass^')) ? (['pass^k'] as const) : []),
    ...measures.filter((measure) => measure === 'loss' || measure === 'truncatedRate'),
  ];
  return section(
    'secondary',
    'Beside the metrics',
    html`<p>Exploratory, all of it: nothing here answers the question. Mean and interval over ${describeSeeds(results)}; differences are taken seed by seed.</p>`,
    table({ look: 'dense', head, rows }),
    definitionList(
      explained.map((name) => [name === 'pass^k' ? name : nameMeasure(name), MEANINGS[name]]),
    ),
    measures.includes('loss') ? folded('Loss after each block', renderLosses(results)) : '',
  );
}

/** A matrix a condition, of the first order. */
function renderLosses(results: Results): Content {
  const [order = []] = results.orders;
  return Object.entries(results.conditions).map(([name, { runs }]) => {
    const steps = estimateSteps(runsOfOrder(runs, order).map(withLosses), results.intervals);
    return table({
      caption: name,
      head: ['after', ...order],
      rows: steps.map((step) => [
        step.name,
        ...step.row.map((estimate) => showEstimate(results, 'loss', estimate)),
      ]),
    });
  });
}

/** The run with its losses in the place of its scores. */
function withLosses(run: RunResult): RunResult {
  const loss = run.secondary?.loss;
  const matrix = loss?.matrix ?? run.matrix.map((row) => row.map(() => null));
  return { ...run, matrix, zeroShot: loss?.zeroShot ?? run.zeroShot.map(() => null) };
}

function nameMeasure(measure: SecondaryMeasure): string {
  if (measure === 'loss') return 'loss per token';
  return measure === 'truncatedRate' ? 'answers cut' : measure;
}

function estimateOf(
  { conditions }: Results,
  condition: string,
  measure: SecondaryMeasure,
): Estimate | undefined {
  const secondary = conditions[condition]?.secondary;
  if (measure === 'loss' || measure === 'truncatedRate') return secondary?.[measure];
  return secondary?.passK?.[Number(measure.slice('pass^'.length)) - 1];
}

/** pass^1 is the average accuracy, whose difference stands with the metrics. */
function findPair(
  { secondary = [] }: Results,
  measure: SecondaryMeasure,
  treatment: string,
  control: string,
): SecondaryComparison | undefined {
  return secondary.find(
    (one) => one.measure === measure && one.treatment === treatment && one.control === control,
  );
}

function showEstimate(
  results: Results,
  measure: SecondaryMeasure,
  estimate: Estimate | undefined,
): string {
  if (!estimate || estimate.mean === null) return describeGap(results);
  return withInterval(estimate, measure === 'loss' ? nats : percent);
}

function showDifference(compared: SecondaryComparison | undefined): string {
  if (!compared) return '';
  return withInterval(compared.difference, compared.measure === 'loss' ? signedNats : points);
}
