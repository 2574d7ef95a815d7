import { describe, expect, test } from 'vitest';
import { openSuite } from '../../data/open-suite.ts';
import { assertSplit } from '../../data/split.ts';
import { SPLIT_UNITS, type SplitExamples, type SplitUnit, type Suite } from '../../data/suite.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';
import { API_BANK, dialogueEntries, sourceOf } from './api-bank-fixture.ts';

const SEEDS = [0, 1, 2, 3, 4];
/** Three dialogues of each of eight scenarios. */
const entries = ['Ann', 'Bob', 'Cid', 'Dee', 'Eve', 'Fay', 'Gus', 'Hal'].flatMap((name) =>
  [1, 2, 3].flatMap((number) => dialogueEntries(`${name}-level-2-${number}`)),
);

const splitBy = (unit: SplitUnit): Suite =>
  openSuite({ ...API_BANK, split: { unit, folds: 5, seed: 0 } }, [sourceOf(entries)]);

const scenarioOf = (dialogue: string): string => dialogue.replace(/-level.*/, '');

/** Both sides, over all domains. */
const sidesOf = (suite: Suite, seed: number): SplitExamples => {
  const sides = suite.domains.map((domain) => suite.examples(domain, seed));
  return {
    train: sides.flatMap(({ train }) => train),
    heldOut: sides.flatMap(({ heldOut }) => heldOut),
  };
};

/** Held-out names that training has too. */
const shared = (suite: Suite, seed: number, nameOf: (dialogue: string) => string): string[] => {
  const { train, heldOut } = sidesOf(suite, seed);
  const trained = new Set(train.map(({ dialogue }) => nameOf(dialogue)));
  return heldOut.map(({ dialogue }) => nameOf(dialogue)).filter((name) => trained.has(name));
};

/** The suite with an example of a held-out unit put into training, in another domain where there is one. */
function plantLeak(suite: Suite): Suite {
  const [leak] = sidesOf(suite, 0).heldOut;
  if (!leak) throw new Error('nothing is held out');
  const last = suite.domains.at(-1);
  return {
    ...suite,
    examples: (domain, seed) => {
      const split = suite.examples(domain, seed);
      return domain === last ? { ...split, train: [...split.train, leak] } : split;
    },
  };
}

describe.each(SPLIT_UNITS)('a split by %s', (unit) => {
  test('keeps its units on one side, and a leak that is planted is found', () => {
    const suite = splitBy(unit);
    for (const seed of SEEDS) expect(() => assertSplit(suite, seed)).not.toThrow();
    expect(() => assertSplit(plantLeak(suite), 0)).toThrow(
      new RegExp(`^api-bank, seed 0: ${unit} '.*' is on both sides$`),
    );
  });

  test('holds out every example once in as many seeds as folds', () => {
    const suite = splitBy(unit);
    const held = SEEDS.flatMap((seed) => sidesOf(suite, seed).heldOut.map(({ id }) => id));
    expect(held).toHaveLength(48);
    expect(new Set(held).size).toBe(48);
  });
});

test('a split by scenario keeps dialogues together too, one by dialogue tears scenarios apart', () => {
  const [scenario, dialogue] = [splitBy('scenario'), splitBy('dialogue')];
  for (const seed of SEEDS) {
    expect(shared(scenario, seed, scenarioOf)).toEqual([]);
    expect(shared(scenario, seed, (name) => name)).toEqual([]);
    expect(shared(dialogue, seed, (name) => name)).toEqual([]);
  }
  expect(SEEDS.flatMap((seed) => shared(dialogue, seed, scenarioOf)).length).toBeGreaterThan(0);
});

test('a split by example leaks dialogues, and says how many', () => {
  const suite = splitBy('example');
  const leaking = SEEDS.flatMap((seed) => shared(suite, seed, (name) => name)).length;
  expect(leaking).toBeGreaterThan(0);
  expect(suite.census.warnings).toEqual([
    `The split leaks: split.unit is example, and ${leaking} of 48 held-out examples have others of their dialogue in training.`,
  ]);
  expect(splitBy('dialogue').census.warnings).toEqual([]);
});

test('seed and number of folds deal anew', () => {
  const digests = [
    { folds: 5, seed: 0 },
    { folds: 5, seed: 1 },
    { folds: 4, seed: 0 },
  ].map((split) => {
    return openSuite({ ...API_BANK, split: { unit: 'dialogue', ...split } }, [sourceOf(entries)])
      .digest;
  });
  expect(new Set(digests).size).toBe(3);
});

test.skipIf(apiBankMissing)(
  `splitting API-Bank by example would leak two thirds of what is held out ${apiBankMissing ?? ''}`,
  () => {
    const split = { unit: 'example' as const, folds: 5, seed: 0 };
    const { census } = openSuite({ ...API_BANK, split }, [readApiBank()]);
    expect(census.warnings[0]).toContain('263 of 389 held-out examples');
  },
);
