import type { CheckpointFacts, DataFacts } from '../contract/checkpoint-facts.ts';
import type { CellCounts } from '../contract/results.ts';
import { type Convention, CONVENTIONS } from '../contract/scores.ts';
import { answersIn } from '../metrics/cell-counts.ts';
import { CONVENTION_DEFINITIONS } from '../metrics/definitions.ts';
import { count, percent } from '../metrics/numbers.ts';
import { escapeMarkdown, table } from './markdown-text.ts';

/** The table of the section on scores, and what it has to be read with. */
export function describeScores({ evaluation, seed, condition }: CheckpointFacts): string[] {
  const { convention, decoding, domains } = evaluation;
  const others = CONVENTIONS.filter((name) => name !== convention);
  const secondary = SECONDARY.filter(({ field }) =>
    domains.some(({ checkpoint }) => checkpoint?.[field] !== undefined),
  );
  const rows = domains.map((one) => [
    one.domain,
    count(one.prompts.examples),
    share(one.zeroShot, convention),
    ...[convention, ...others].map((name) => share(one.checkpoint, name)),
    ...secondary.map(({ show }) => show(one.checkpoint)),
    one.prompts.sha256,
  ]);
  const head = ['domain', 'held out', 'before training', `${convention} (headline)`, ...others];
  const measures = secondary.map(({ head: name }) => name);
  const { temperature, seed: drawnFrom, draws = 1 } = decoding;
  const drawn =
    temperature === 0
      ? 'the likeliest token each time'
      : `temperature ${temperature}, seed ${drawnFrom}, ${draws === 1 ? '1 answer' : `${draws} answers`} to each`;
  return [
    table([[...head, ...measures, 'prompts (SHA-256)'], ...rows]),
    `Percent of answers to held-out examples that are right, of this checkpoint alone: condition \`${condition.name}\`, seed ${seed}; ${drawn}. Before training: the ${convention} score of what the lineage started from.`,
    [convention, ...others]
      .map((name) => `- ${name}: ${escapeMarkdown(CONVENTION_DEFINITIONS[name])}`)
      .join('\n'),
  ];
}

/** What some trainers tell of a checkpoint's answers besides. */
const SECONDARY: {
  field: 'loss' | 'truncated';
  head: string;
  show: (cell: CellCounts | null) => string;
}[] = [
  {
    field: 'loss',
    head: 'loss, nats a token',
    show: (cell) => (cell?.loss ? (cell.loss.nats / cell.loss.tokens).toFixed(3) : 'not known'),
  },
  { field: 'truncated', head: 'answers cut', show: (cell) => known(cell?.truncated) },
];

function share(cell: CellCounts | null, convention: Convention): string {
  if (cell === null) return 'not scored';
  return cell.examples === 0 ? '' : percent(cell.right[convention] / answersIn(cell));
}

/** What training and prediction did not see of the data. */
export function describeCuts({ lineage: steps, evaluation }: CheckpointFacts): string[] {
  const rows = [
    ...steps.map(({ name, data }) => cutsOf(`${name}, training`, data)),
    ...evaluation.domains.map(({ domain, prompts }) => cutsOf(`${domain}, held out`, prompts)),
  ];
  return [
    table([['data', 'examples', 'examples cut', 'turns cut', 'examples dropped'], ...rows]),
    'As the trainer counted them under its own limits of tokens, which the hyperparameters set.',
  ];
}

function cutsOf(name: string, { counts, examples }: DataFacts): string[] {
  const { truncatedExamples, truncatedTurns, droppedExamples } = counts ?? {};
  return [
    name,
    count(examples),
    ...[truncatedExamples, truncatedTurns, droppedExamples].map(known),
  ];
}

export function known(value: number | null | undefined): string {
  return value === null || value === undefined ? 'not known' : count(value);
}
