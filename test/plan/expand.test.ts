import { describe, expect, test } from 'vitest';
import { cellsOf, checkpointsOf } from '../../plan/cells.ts';
import type { Plan } from '../../plan/plan.ts';
import { blockKeys, type Changes, FOUR, planOf, rendered } from './study.ts';

test('lineages are whole seeds first, conditions as the file lists them', () => {
  const { lineages } = planOf({ seeds: [5, 3, 9] });
  expect(lineages.map(({ condition, seed }) => `${condition}/${seed}`)).toEqual(
    'keep/5 strip/5 keep/3 strip/3 keep/9 strip/9'.split(' '),
  );
});

describe('what is added computes only the difference', () => {
  const THREE = { domains: FOUR, orders: [FOUR, FOUR.toReversed()] };
  const added: [string, Changes, Changes, number][] = [
    ['a seed', { seeds: [1, 2] }, { seeds: [1, 2, 3] }, 4],
    ['an earlier seed', { seeds: [2] }, { seeds: [1, 2] }, 4],
    [
      'a condition',
      { conditions: { keep: { trace: 'keep' } } },
      { conditions: { strip: { trace: 'strip' }, keep: { trace: 'keep' } } },
      4,
    ],
    ['an order', { stream: { domains: FOUR } }, { stream: THREE }, 16],
    [
      'a domain at the end',
      { stream: { domains: FOUR.slice(0, 3) } },
      { stream: { domains: FOUR } },
      4,
    ],
  ];
  test.each(added)('%s', (_, before, after, difference) => {
    const earlier = new Set(blockKeys(planOf(before)));
    const later = new Set(blockKeys(planOf(after)));
    expect([...earlier].filter((key) => !later.has(key))).toEqual([]);
    expect(later.size - earlier.size).toBe(difference);
  });

  test('a domain at the end leaves the scores of the others as they are', () => {
    const earlier = scoreKeys(planOf({ stream: { domains: FOUR.slice(0, 3) } }));
    const later = new Set(scoreKeys(planOf({ stream: { domains: FOUR } })));
    expect(earlier.filter((key) => !later.has(key))).toEqual([]);
  });

  test('conditions that render alike share everything but their names', () => {
    const conditions = { keep: { trace: 'keep' }, control: { trace: 'keep' } };
    const { lineages } = planOf({ conditions });
    expect(lineages[0]?.blocks).toEqual(lineages[1]?.blocks);
  });
});

describe('what cannot change a result changes no key', () => {
  const outside: [string, Changes][] = [
    ['name', { name: 'renamed' }],
    ['tags', { tags: { team: 'a' } }],
    ['notes', { notes: 'a note' }],
    ['parallelism', { parallelism: 7 }],
    ['checkpoints', { checkpoints: { every: 3 } }],
    ['budget', { budget: { computeHours: 1 } }],
    ['question', { question: { contrast: 'keep - strip', metric: 'bwt' } }],
    ['convention', { evaluate: { convention: 'bfcl' } }],
    ['store', { store: './elsewhere' }],
  ];
  test.each(outside)('%s', (_, changes) => {
    expect(blockKeys(planOf(changes))).toEqual(blockKeys(planOf()));
    expect(scoreKeys(planOf(changes))).toEqual(scoreKeys(planOf()));
  });

  test.each(outside.slice(1, 6))('%s: and it is the same sweep', (_, changes) => {
    expect(planOf(changes).sweep).toBe(planOf().sweep);
  });

  test.each(outside.slice(6, 8))('%s: but it is another sweep, for its report differs', (_, c) => {
    expect(planOf(c).sweep).not.toBe(planOf().sweep);
  });
});

/** Predictions of a sampling sweep with so many draws. */
function drawn(draws?: number): string[] {
  const decoding = { temperature: 1, ...(draws !== undefined && { draws }) };
  return predictionKeys(planOf({ evaluate: { decoding } }));
}

describe('what decides a result changes its keys, and no more', () => {
  test('sampling changes predictions, not blocks', () => {
    const sampled = planOf({ evaluate: { decoding: { temperature: 1 } } });
    expect(blockKeys(sampled)).toEqual(blockKeys(planOf()));
    expect(common(predictionKeys(sampled), predictionKeys(planOf()))).toEqual([]);
  });

  test('several draws are other predictions, one draw is what it was', () => {
    expect(drawn(1)).toEqual(drawn());
    expect(common(drawn(2), drawn())).toEqual([]);
    expect(common(drawn(3), drawn(2))).toEqual([]);
  });

  test('another scorer changes scores, not predictions', () => {
    const mended = planOf({}, { scorer: 'mended' });
    expect(predictionKeys(mended)).toEqual(predictionKeys(planOf()));
    expect(common(scoreKeys(mended), scoreKeys(planOf()))).toEqual([]);
  });

  test.each([
    [
      'a hyperparameter',
      {
        trainer: {
          kind: 'command',
          command: ['true'],
          identity: 'toy-1',
          hyperparameters: { lr: 0.2 },
        },
      },
      {},
    ],
    ['the trainer', {}, { trainer: { kind: 'command', identity: 'toy-2', description: '' } }],
    ['the tools', {}, { tools: 'others' }],
    ['the seeds', { seeds: [3, 4] }, {}],
  ] satisfies [string, Changes, Parameters<typeof planOf>[1]][])(
    '%s changes every block',
    (_, changes, inputs) => {
      expect(common(blockKeys(planOf(changes, inputs)), blockKeys(planOf()))).toEqual([]);
    },
  );

  test('the data of a domain change its block and those behind it', () => {
    const plain = planOf();
    const changed = planOf(
      {},
      { training: ({ path }) => rendered(path.at(-1)?.includes('banking') ? 'new' : 'old', path) },
    );
    expect(changed.lineages[0]?.blocks[1]).not.toBe(plain.lineages[0]?.blocks[1]);
  });
});

function varied(vary: string[]): Plan['lineages'] {
  return planOf({ seeds: { count: 2, vary }, conditions: { keep: { trace: 'keep' } } }).lineages;
}

describe('seeds that change only some of what a seed decides', () => {
  test('order alone: other blocks on the same data', () => {
    const [first, second] = varied(['order']);
    expect(second?.training).toEqual(first?.training);
    expect(second?.heldOut).toEqual(first?.heldOut);
    expect(common(first?.blocks ?? [], second?.blocks ?? [])).toEqual([]);
  });

  test('everything, which is the default: the first seed is the same in any case', () => {
    const [first, second] = varied(['data', 'order', 'initialisation', 'draws']);
    expect(planOf({ seeds: 2 }).lineages[0]?.blocks).toEqual(first?.blocks);
    expect(varied(['order'])[0]?.blocks).toEqual(first?.blocks);
    expect(second?.training).not.toEqual(first?.training);
  });
});

describe('strategies', () => {
  const conditions = {
    keep: { trace: 'keep' },
    crossed: { trace: { train: 'keep', eval: 'strip' } },
    joint: { trace: 'keep', strategy: 'joint' },
    base: { trace: 'keep', strategy: 'zero-shot' },
    replay: { trace: 'keep', replay: 0.1 },
  };
  const plan = planOf({ conditions, stream: { domains: FOUR }, seeds: [1] });
  const lineageOf = (name: string): Plan['lineages'][number] => {
    const found = plan.lineages.find(({ condition }) => condition === name);
    if (!found) throw new Error(`no lineage of ${name}`);
    return found;
  };

  test('a crossing shares its blocks with the condition that trains alike, and predicts anew', () => {
    const [keep, crossed] = [lineageOf('keep'), lineageOf('crossed')];
    expect(crossed.blocks).toEqual(keep.blocks);
    const ofKeep = cellsOf(plan, keep, 3).map(({ prediction }) => prediction);
    expect(
      common(
        ofKeep,
        cellsOf(plan, crossed, 3).map((cell) => cell.prediction),
      ),
    ).toEqual([]);
  });

  test('joint training is one block, whatever the orders, that has seen every domain', () => {
    const stream = { domains: FOUR, orders: 'all' };
    const seen = planOf({ conditions, stream, seeds: [1], evaluate: { domains: 'seen' } });
    const joint = seen.lineages.find(({ condition }) => condition === 'joint');
    expect(joint?.blocks).toHaveLength(1);
    expect(joint && cellsOf(seen, joint, 0).map(({ domain }) => domain)).toEqual(FOUR);
  });

  test('zero-shot trains nothing and evaluates the base, also where only what was seen is', () => {
    const seen = planOf({ conditions, seeds: [1], evaluate: { domains: 'seen' } });
    const base = seen.lineages.find(({ condition }) => condition === 'base');
    expect(base?.blocks).toEqual([]);
    expect(base && cellsOf(seen, base, null)).toHaveLength(2);
    expect(cellsOf(plan, lineageOf('base'), null)).toEqual(cellsOf(plan, lineageOf('keep'), null));
  });

  test('replay changes every block but the first, which has nothing to replay', () => {
    const [keep, replay] = [lineageOf('keep').blocks, lineageOf('replay').blocks];
    expect(common(replay, keep)).toEqual(keep.slice(0, 1));
  });
});

describe('cells', () => {
  test('every domain after every block, and before the first', () => {
    const plan = planOf({ stream: { domains: FOUR } });
    expect(domainsAfter(plan, null)).toEqual(FOUR);
    expect(domainsAfter(plan, 1)).toEqual(FOUR);
  });

  test('evaluate.domains: seen leaves out what a block has not trained on its way', () => {
    const stream = { domains: FOUR, orders: [FOUR, FOUR.toReversed()] };
    const plan = planOf({ stream, evaluate: { domains: 'seen' } });
    expect(domainsAfter(plan, null)).toEqual([]);
    const reversed = plan.trees.sequential?.orders[1] ?? [];
    expect(domainsAfter(plan, reversed[1] ?? null)).toEqual(['library', 'clinic']);
  });
});

function domainsAfter(plan: Plan, block: number | null): string[] {
  const [lineage] = plan.lineages;
  return lineage ? cellsOf(plan, lineage, block).map(({ domain }) => domain) : [];
}

function cells(plan: Plan): ReturnType<typeof cellsOf> {
  return plan.lineages.flatMap((one) =>
    checkpointsOf(one).flatMap((block) => cellsOf(plan, one, block)),
  );
}

function scoreKeys(plan: Plan): string[] {
  return cells(plan).map(({ score }) => score);
}

function predictionKeys(plan: Plan): string[] {
  return cells(plan).map(({ prediction }) => prediction);
}

function common(some: string[], others: string[]): string[] {
  const known = new Set(others);
  return some.filter((key) => known.has(key));
}
