import { blockAt } from './cells.ts';
import { COUNTED, countAt, type CountedBlock, nameBlock } from './expected-counts.ts';
import type { Plan } from './plan.ts';

const UNITS = {
  examples: 'examples',
  tokens: 'tokens',
  targetTokens: 'tokens of targets',
} as const;

/** A count that came out otherwise than the sweep file expects. */
export interface UnexpectedCount {
  /** `condition/seed/domain`. */
  block: string;
  what: (typeof COUNTED)[number];
  expected: number;
  found: number;
  /** That the trainer counted. */
  examples: number;
}

export function findUnexpected(
  plan: Plan,
  { lineage, block, counts }: CountedBlock,
): UnexpectedCount[] {
  const { condition, seed } = lineage;
  const domain = blockAt(plan, lineage, block).name;
  const { examples } = counts;
  return COUNTED.flatMap((what) => {
    const expected = countAt(plan.spec.expect?.[what]?.[condition]?.[domain], seed);
    const found = counts[what];
    return expected === undefined || expected === found
      ? []
      : [{ block: nameBlock(condition, seed, domain), what, expected, found, examples }];
  });
}

/** For the person who runs the sweep: what came out, and where to look. */
export function describeUnexpected(counts: readonly UnexpectedCount[]): string {
  return [
    'the trainer counts other training data than the sweep file expects:',
    ...counts.map(
      ({ block, what, expected, found }) =>
        `  ${block}: expected ${show(expected)} ${UNITS[what]}, found ${show(found)} (${signed(found - expected)})`,
    ),
    ...explain(counts),
  ].join('\n');
}

function explain(counts: readonly UnexpectedCount[]): string[] {
  if (counts.some(({ what }) => what === 'examples'))
    return ['Other examples: the revision of the data, or their split, is another.'];
  const each = new Set(
    counts.map(({ expected, found, examples }) => (found - expected) / examples),
  );
  const [constant] = each;
  if (each.size === 1 && Number.isInteger(constant) && counts.length > 1)
    return [
      `Every example differs by ${signed(constant ?? 0)}: look at the system prompt and the chat template (the model's revision).`,
    ];
  return [
    "What may differ: the model's revision (its tokenizer, its chat template), the revision of the data, the trainer's hyperparameters (limits, truncation, format of calls).",
  ];
}

/** With commas between thousands. */
function show(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function signed(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${show(Math.abs(difference))}`;
}
