import { CONVENTIONS, type Convention, type Outcome, OUTCOMES } from '../contract/scores.ts';
import { FLIPS, type Flip } from '../metrics/flips.ts';
import { pc } from './colors.ts';
import type { ComparedPrediction, ComparedPredictions } from './compare-predictions.ts';
import type { ListedPrediction } from './list-predictions.ts';
import { wrapText } from './wrap-text.ts';

const RIGHT = '✓';
const WRONG = '✗';
const LABEL_WIDTH = 12;

/** Predictions one after another, after a line that counts their outcomes. */
export function drawPredictions(
  facts: { sweep: string; convention: Convention; outcomes: Record<Outcome, number> },
  shown: readonly ListedPrediction[],
  matching: number,
  width: number,
): string {
  const { sweep, outcomes } = facts;
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const counted = OUTCOMES.map((outcome) => `${outcomes[outcome]} ${outcome}`).join(', ');
  return [
    ...wrapText(`${sweep}: ${total} predictions: ${counted}`, width).map(pc.bold),
    ...wrapText(howMany(shown.length, matching), width).map(pc.dim),
    ...shown.flatMap((one) => ['', ...drawPrediction(one, width)]),
  ].join('\n');
}

function drawPrediction(one: ListedPrediction, width: number): string[] {
  const { id, draw, condition, seed, after, domain, outcome, right, promptEnd } = one;
  const which = draw === undefined ? '' : `, draw ${draw}`;
  const verdicts = CONVENTIONS.map((name) => `${mark(right[name])} ${name}`).join('  ');
  const paint = outcome === 'exact' ? pc.green : pc.red;
  return [
    ...wrapText(`── ${id}, ${domain}: ${condition}/${seed} after ${after}${which}`, width).map(
      pc.bold,
    ),
    ...drawLabelled('outcome', `${outcome}   ${verdicts}`, width, paint),
    ...drawLabelled(promptEnd.role, promptEnd.text, width),
    ...drawLabelled('gold', one.gold, width, pc.cyan),
    ...drawLabelled('predicted', one.prediction, width, paint),
  ];
}

const FLIP_SIGNS: Record<Flip, string> = { better: '+', worse: '-', both: '=', neither: '·' };
const FLIP_PAINTS: Record<Flip, (text: string) => string> = {
  better: pc.green,
  worse: pc.red,
  both: pc.dim,
  neither: pc.dim,
};

/** Where two conditions differ: counts that `--only` filters by, then the examples. */
export function drawComparison(
  compared: ComparedPredictions,
  matching: number,
  width: number,
): string {
  const { treatment, control, convention, counts, examples } = compared;
  const meaning: Record<Flip, string> = {
    better: `right under ${treatment} only`,
    worse: `right under ${control} only`,
    both: 'right under both',
    neither: 'wrong under both',
  };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    pc.bold(
      `${treatment} - ${control} (${convention}): ${total} pairs of predictions at equal seeds`,
    ),
    ...FLIPS.map((flip) =>
      FLIP_PAINTS[flip](
        `  ${FLIP_SIGNS[flip]} ${flip.padEnd(9)}${String(counts[flip]).padStart(6)}   ${meaning[flip]}`,
      ),
    ),
    ...wrapText(howMany(examples.length, matching), width).map(pc.dim),
    ...examples.flatMap((one) => ['', ...drawCompared(one, compared, width)]),
  ].join('\n');
}

function drawCompared(
  example: ComparedPrediction,
  { treatment, control }: ComparedPredictions,
  width: number,
): string[] {
  const { id, domain, counts, promptEnd, gold, answers } = example;
  const seeds = new Set(answers.map(({ seed }) => seed)).size;
  const drawn = answers.some(({ draw }) => draw !== undefined);
  const unit = drawn ? 'answer' : seeds === answers.length ? 'seed' : 'run';
  const flipped = FLIPS.filter((flip) => counts[flip] > 0).map(
    (flip) =>
      `${FLIP_SIGNS[flip]} ${flip} in ${counts[flip]} of ${answers.length} ${unit}${answers.length > 1 ? 's' : ''}`,
  );
  return [
    ...wrapText(`── ${id}, ${domain}: ${flipped.join(', ')}`, width).map(pc.bold),
    ...drawLabelled(promptEnd.role, promptEnd.text, width),
    ...drawLabelled('gold', gold, width, pc.cyan),
    ...answers.flatMap((answer) => [
      ...drawAnswer(nameRun(treatment, answer), answer.treatment, answer.treatmentRight, width),
      ...drawAnswer(nameRun(control, answer), answer.control, answer.controlRight, width),
    ]),
  ];
}

function nameRun(condition: string, { seed, draw }: ComparedPrediction['answers'][number]): string {
  return `${condition}/${seed}${draw === undefined ? '' : ` draw ${draw}`}`;
}

function drawAnswer(label: string, text: string, isRight: boolean, width: number): string[] {
  return drawLabelled(label, `${mark(isRight)} ${text}`, width, isRight ? pc.green : pc.red);
}

function drawLabelled(
  label: string,
  text: string,
  width: number,
  paint: (text: string) => string = (plain) => plain,
): string[] {
  const indent = Math.max(LABEL_WIDTH, label.length + 1) + 3;
  return wrapText(text, Math.max(1, width - indent)).map((line, place) =>
    paint(`   ${(place === 0 ? label : '').padEnd(indent - 3)}${line}`),
  );
}

function mark(isRight: boolean): string {
  return isRight ? RIGHT : WRONG;
}

function howMany(shown: number, matching: number): string {
  if (matching === 0) return 'none of them is asked for, or none is scored yet';
  return shown === matching
    ? `all ${matching} asked for`
    : `${shown} of ${matching} asked for: -n shows more`;
}
