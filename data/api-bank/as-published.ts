import { parseCalls } from '../../contract/call-text.ts';
import { sha256Hex } from '../../contract/digest.ts';
import type { Example } from '../../contract/dialogue.ts';
import { readPaperCall } from '../../contract/paper-call.ts';
import { shuffleAsPython } from '../../contract/python-random.ts';
import { assembleSuite } from '../assemble-suite.ts';
import { DataError } from '../errors.ts';
import type { PlacedExample } from '../source-examples.ts';
import type { Suite, SuiteSource } from '../suite.ts';
import { entryPosition, readTrainingEntries, type TrainingEntry } from './entries.ts';
import { familyOf } from './families.ts';
import { TRAINING_PROMPT } from './messages.ts';
import { PAPER_BLOCKS } from './paper-blocks.ts';

/** What arXiv 2605.09734 counts, D1 to D4: trained on, held out, and held out with a gold call that its parser reads. */
export const PAPER_COUNTS = {
  train: [698, 700, 684, 696],
  heldOut: [175, 175, 171, 175],
  scored: [126, 104, 103, 107],
} as const;

const SPLIT_SEED = 42;
const TRAIN_SHARE = 0.8;

/**
 * The hub's training files as arXiv 2605.09734 used them, faults included: its blocks, Python's shuffle of the examples of
 * each (one seeded generator, block after block), a dialogue as one user message, and targets learned as text, calls or
 * not. Throws a `DataError` where the paper's counts do not come out: then the files, or what is known of the study, differ.
 */
export function openAsPublished(sources: readonly SuiteSource[]): Suite {
  const entries = sources.flatMap((source) =>
    readTrainingEntries(source).map((entry, index) => ({ ...entry, file: source.name, index })),
  );
  const blocks = [...PAPER_BLOCKS].map(([block, families]) => {
    const known = new Set(families);
    return { block, entries: entries.filter((entry) => known.has(familyOf(entry) ?? '')) };
  });
  const shuffled = shuffleAsPython(
    blocks.map((block) => block.entries),
    SPLIT_SEED,
  );
  const sides = blocks.map(({ block }, index) => {
    const members = shuffled[index] ?? [];
    const cut = Math.floor(TRAIN_SHARE * members.length);
    return { block, train: members.slice(0, cut), heldOut: members.slice(cut) };
  });
  const scored = sides.map(({ heldOut }) => heldOut.filter(isScored));
  requireCounts(sources, {
    train: sides.map(({ train }) => train.length),
    heldOut: sides.map(({ heldOut }) => heldOut.length),
    scored: scored.map(({ length }) => length),
  });
  const held = new Set(scored.flat().map(nameOf));
  const kept = sides.flatMap(({ block, train }, index) =>
    [...train, ...(scored[index] ?? [])].map((entry) => placeEntry(entry, block)),
  );
  const used = sides.reduce((sum, side) => sum + side.train.length + side.heldOut.length, 0);
  return assembleSuite({
    name: 'api-bank',
    examples: kept,
    domains: new Map(blocks.map(({ block }) => [block, []])),
    split: { unit: 'example', folds: 1, seed: SPLIT_SEED },
    isHeldOut: ({ example }) => held.has(example.id),
    tools: 'dialogue',
    census: {
      entries: countEntries(entries),
      duplicates: 0,
      leftOut: {
        'of ToolSearcher, of no API, or of one with fewer than ten': entries.length - used,
        'held out without a call that the published parser reads': used - kept.length,
      },
    },
    warnings: [
      'As published, faults included: every seed has the one published split; prompts list no tools; targets that are no calls are learned too.',
    ],
  });
}

interface Placed extends TrainingEntry {
  file: string;
  index: number;
}

/** The published evaluation scores only what its own parser finds a gold call in. */
function isScored({ output }: Placed): boolean {
  return (
    readPaperCall(output) !== undefined && parseCalls(output, { lenient: true }).calls.length > 0
  );
}

function placeEntry(entry: Placed, domain: string): PlacedExample {
  const { input, output, file, index } = entry;
  const example: Example = {
    id: nameOf(entry),
    dialogue: sha256Hex(/^User:.*$/m.exec(input)?.[0] ?? input).slice(0, 12),
    messages: [TRAINING_PROMPT, { role: 'user', content: input }],
    tools: [],
    target: parseCalls(output, { lenient: true }).calls,
    completion: output,
  };
  const position = entryPosition(index);
  return { domain, example, turn: 0, described: [], content: nameOf(entry), file, position };
}

function nameOf({ file, index }: Placed): string {
  return `${file}#${index + 1}`;
}

function countEntries(entries: readonly Placed[]) {
  const withTrace = entries.filter(({ input }) => /^API-Request:/m.test(input)).length;
  return { total: entries.length, withTrace, withoutTrace: entries.length - withTrace };
}

type Counts = Record<keyof typeof PAPER_COUNTS, readonly number[]>;

function requireCounts(sources: readonly SuiteSource[], counts: Counts): void {
  const show = ({ train, heldOut, scored }: Counts): string =>
    `${train.join(' ')} trained on, ${heldOut.join(' ')} held out, ${scored.join(' ')} scored`;
  if (show(counts) === show(PAPER_COUNTS)) return;
  throw new DataError({
    file: sources.map(({ name }) => name).join(', '),
    position: 'blocks D1 to D4',
    expected: `the counts of arXiv 2605.09734: ${show(PAPER_COUNTS)}`,
    found: show(counts),
    hint: 'Take the revision of the files that the study pins, or source: hub for another split of them',
  });
}
