import type { AnswerCounts, ReferenceCounts } from '../../contract/references.ts';
import type { Row } from '../../contract/results.ts';
import { createRandom, deriveSeed, type Random } from '../../contract/random.ts';
import type { CellScore, ExampleScore, Outcome } from '../../contract/scores.ts';
import { type ExampleStrata, TARGET_STRATA, TRACE_STRATA } from '../../contract/strata.ts';
import type { GatheredRun } from '../../metrics/runs.ts';
import type { GatheredSweep } from '../../metrics/gathered-sweep.ts';

const EXAMPLES = 40;

export interface SampleOptions {
  domains?: string[];
  conditions?: string[];
  seeds?: number;
  orders?: string[][];
  name?: string;
  /** Conditions that do not walk the domains one by one. */
  joint?: string[];
  untrained?: string[];
  /** Answers to each example. */
  draws?: number;
  /** Whether the trainer tells its loss and what it cut. */
  loss?: boolean;
  /** Whether a cell has no result. Block -1 is the zero-shot row. */
  isMissing?: (cell: { condition: string; seed: number; block: number; domain: string }) => boolean;
}

/** A gathered sweep with made-up but plausible cells: the first condition is better, and earlier domains fade. */
export function sampleSweep(options: SampleOptions = {}): GatheredSweep {
  const domains = options.domains ?? ['account', 'schedule', 'health', 'office'];
  const names = options.conditions ?? ['keep', 'strip'];
  const seeds = Array.from({ length: options.seeds ?? 5 }, (_, index) => index + 1);
  const orders = options.orders ?? [domains];
  const runs = seeds.flatMap((seed) =>
    names.flatMap((condition) =>
      orders.map((order) => sampleRun({ condition, seed, order, names, options })),
    ),
  );
  const [treatment = '', control = treatment] = names;
  return {
    sweep: { id: `${options.name ?? 'sample'}-0123456789ab`, name: options.name ?? 'sample' },
    suite: 'a made-up suite',
    domains,
    conditions: names.map((name) => ({ name, description: `trace: ${name}` })),
    seeds,
    orders,
    evaluate: 'all',
    convention: 'exact',
    question: { treatment, control, metric: 'averageAccuracy', margin: 0.05, alpha: 0.1 },
    learner: {
      kind: 'builtin',
      identity: 'ab12'.repeat(16),
      description: 'built-in copy model (CPU), no language model',
    },
    seedsVary: 'fold, order of examples, initialisation',
    testTrainRatio: 0,
    published: [],
    data: {
      duplicates: 10,
      leftOut: { 'without a call': 3 },
      warnings: ['The split leaks.'],
      counts: seeds.flatMap((seed) =>
        names.flatMap((condition) =>
          domains.flatMap((domain) => [
            dataCount({ condition, seed, domain, split: 'train' }, 160),
            dataCount({ condition, seed, domain, split: 'held-out' }, EXAMPLES),
          ]),
        ),
      ),
    },
    references: seeds.flatMap((seed) =>
      names.flatMap((condition) =>
        domains.map((domain) => sampleReferences({ condition, seed, domain })),
      ),
    ),
    strata: new Map(
      seeds.map((seed) => [seed, new Map(domains.map((domain) => [domain, sampleStrata()]))]),
    ),
    provenance: { plan: 'cd34'.repeat(16), tools: 'ef56'.repeat(16) },
    runs,
  };
}

function dataCount(
  where: { condition: string; seed: number; domain: string; split: 'train' | 'held-out' },
  examples: number,
): GatheredSweep['data']['counts'][number] {
  return {
    ...where,
    examples,
    tokens: examples * 210,
    truncatedExamples: 3,
    truncatedTurns: 7,
    droppedExamples: 1,
    unshuffled: 0,
  };
}

/** A rule that gets a fifth, a commonest target that gets a tenth; nine in ten could be copied. */
function sampleReferences(where: {
  condition: string;
  seed: number;
  domain: string;
}): ReferenceCounts {
  return {
    ...where,
    examples: EXAMPLES,
    untrained: answers(8, 20),
    majorityTarget: answers(4, 12),
    majorityNames: answers(0, 16),
    goldReplay: answers(EXAMPLES, EXAMPLES),
    copyable: 36,
    worldReplay: null,
  };
}

function answers(exact: number, names: number): AnswerCounts {
  return { right: { exact, 'paper-1': exact, bfcl: exact }, nameRight: names };
}

/** Every trace stratum a quarter of the examples; every fifth target was seen in training, every fifth calls a new tool. */
function sampleStrata(): Map<string, ExampleStrata> {
  const ids = Array.from({ length: EXAMPLES }, (_, index) => `example-${index}`);
  return new Map(
    ids.map((id, index) => [
      id,
      {
        id,
        trace: TRACE_STRATA[index % TRACE_STRATA.length] ?? 'neither',
        target: TARGET_STRATA[index % 5] ?? 'novel',
      },
    ]),
  );
}

function sampleRun(of: {
  condition: string;
  seed: number;
  order: string[];
  names: string[];
  options: SampleOptions;
}): GatheredRun {
  const { condition, seed, order, names, options } = of;
  const random = createRandom(deriveSeed(seed, condition, ...order));
  const level = 0.62 - 0.18 * names.indexOf(condition);
  const rowAfter = (block: number): Row<CellScore> =>
    order.map((domain, j) => {
      if (options.isMissing?.({ condition, seed, block, domain })) return null;
      const learned = block >= j ? level - 0.05 * (block - j) : level * 0.3;
      const accuracy = block < 0 ? 0.04 : learned + 0.16 * (random.next() - 0.5);
      const { draws = 1, loss } = options;
      const cell = sampleCell(accuracy, random, draws);
      // Half a nat a token more where less is right.
      const told = { truncated: 4, loss: { nats: 500 * (1.5 - accuracy), tokens: 500 } };
      return loss ? { ...cell, ...told } : cell;
    });
  const blocks = options.untrained?.includes(condition)
    ? []
    : options.joint?.includes(condition)
      ? ['joint']
      : order;
  const zeroShot = rowAfter(-1);
  const last = order.length - 1;
  return {
    condition,
    seed,
    order,
    blocks: blocks.map((domain, block) => ({
      key: `${deriveSeed(seed, condition, block)}`.padStart(64, '0'),
      domain,
      steps: 120,
      tokens: 33_600,
    })),
    zeroShot,
    cells:
      blocks.length === 0
        ? [zeroShot]
        : blocks.map((_, block) => rowAfter(blocks.length === 1 ? last : block)),
  };
}

function sampleCell(accuracy: number, random: Random, draws: number): CellScore {
  const wrong: Outcome[] = ['some-arguments', 'wrong-arguments', 'wrong-name', 'malformed'];
  const examples = Array.from({ length: EXAMPLES * draws }, (_, answer): ExampleScore => {
    const index = Math.floor(answer / draws);
    const outcome = random.next() < accuracy ? 'exact' : random.pick(wrong);
    const isRight = outcome === 'exact';
    const isNear = isRight || (outcome === 'some-arguments' && random.next() < 0.2);
    return {
      id: `example-${index}`,
      dialogue: `dialogue-${index}`,
      ...(draws > 1 && { draw: answer % draws }),
      right: { exact: isRight, 'paper-1': isRight, bfcl: isNear },
      nameRight: outcome !== 'wrong-name' && outcome !== 'malformed',
      outcome,
    };
  });
  return { examples };
}
