import { expect, test } from 'vitest';
import { balanceFamilies, type EntryTexts, fillBins } from '../../data/api-bank/families.ts';
import { PAPER_BLOCKS } from '../../data/api-bank/paper-blocks.ts';

const SETTINGS = { kind: 'balanced', bins: 2, minimum: 2 } as const;

/** So many entries that call an API after so many words. */
const entriesOf = (api: string, count: number, words: number): EntryTexts[] =>
  Array.from({ length: count }, () => ({
    input: `User: ${'word '.repeat(words)}`,
    output: `API-Request: [${api}()]`,
  }));

const bins = (...args: Parameters<typeof balanceFamilies>): Record<string, string[]> =>
  Object.fromEntries(balanceFamilies(...args));

test('the largest family goes first, each into the least loaded bin', () => {
  const weights = [5, 9, 4, 7].map((weight, index) => ({ family: `f${index}`, weight }));
  expect(Object.fromEntries(fillBins(weights, 2))).toEqual({ D1: ['f1', 'f2'], D2: ['f3', 'f0'] });
});

test('a family weighs its mean tokens times its entries', () => {
  const entries = [
    ...entriesOf('Few', 2, 900),
    ...entriesOf('Many', 30, 30),
    ...entriesOf('Some', 9, 30),
  ];
  expect(bins(entries, SETTINGS)).toEqual({ D1: ['Few'], D2: ['Many', 'Some'] });
});

test('only the first twenty entries are weighed', () => {
  const entries = [
    ...entriesOf('Late', 20, 1),
    ...entriesOf('Late', 1, 9000),
    ...entriesOf('Even', 21, 40),
    ...entriesOf('Odd', 21, 4),
  ];
  expect(bins(entries, SETTINGS)['D1']).toEqual(['Even']);
});

test('tokens that a tokenizer counted take the place of words', () => {
  const entries = [...entriesOf('A', 2, 9), ...entriesOf('B', 2, 1), ...entriesOf('C', 2, 1)];
  const tokens = { A: 1, B: 10, C: 8 };
  expect(bins(entries, { ...SETTINGS, tokens })).toEqual({ D1: ['B'], D2: ['C', 'A'] });
  expect(() => balanceFamilies(entries, { ...SETTINGS, tokens: { A: 1, B: 2 } })).toThrow(
    'suite.domains.tokens: expected the mean tokens of every family, found none for "C"',
  );
});

test('the name in the output counts, else the first in the input', () => {
  const said = { input: 'API-Request: [A(x=1)]->1\nAPI-Request: [B()]->2', output: 'AI: Done.' };
  const called = { ...said, output: 'API-Request: [B()]' };
  expect(bins([said, said, called, called], SETTINGS)).toEqual({ D1: ['B'], D2: ['A'] });
});

test('ToolSearcher, entries without a name, and small families stay out', () => {
  const entries = [
    ...entriesOf('ToolSearcher', 9, 9),
    { input: 'User: hi', output: 'AI: hi' },
    ...entriesOf('Rare', 1, 99),
    ...entriesOf('Known', 2, 1),
  ];
  expect(bins(entries, SETTINGS)).toEqual({ D1: ['Known'], D2: [] });
});

test('the published blocks can come of the rule: 46 families each, found again from weights that fit', () => {
  const blocks = [...PAPER_BLOCKS];
  expect(blocks.map(([name, families]) => [name, families.length])).toEqual(
    ['D1', 'D2', 'D3', 'D4'].map((name) => [name, 46]),
  );
  expect(new Set(blocks.flatMap(([, families]) => families)).size).toBe(184);
  // Weights that fall evenly are dealt there and back: each bin gets one family of every four.
  const rounds = Array.from({ length: 46 }, (_, round) => {
    const families = blocks.map(([, members]) => members[round] ?? '');
    return round % 2 === 0 ? families : families.toReversed();
  });
  const weights = rounds.flat().map((family, place) => ({ family, weight: 1000 - place }));
  expect([...fillBins(weights.toReversed(), 4)]).toEqual(blocks);
});
