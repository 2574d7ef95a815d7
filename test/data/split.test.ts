import { expect, test } from 'vitest';
import { dealFolds, foldOfSeed, sortByHash } from '../../data/split.ts';

const ids = Array.from({ length: 53 }, (_, index) => `dialogue-${index}`);
const strata = new Map(ids.map((id, index) => [id, index % 4 === 0 ? 'few' : 'many']));

const sizes = (members: readonly string[], folds: ReadonlyMap<string, number>): number[] =>
  [0, 1, 2, 3, 4].map((fold) => members.filter((id) => folds.get(id) === fold).length);

const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

test('folds have equal sizes to within one, in all and in every stratum', () => {
  const folds = dealFolds(strata, 5, 0);
  expect(spread(sizes(ids, folds))).toBeLessThanOrEqual(1);
  for (const stratum of ['few', 'many']) {
    const members = ids.filter((id) => strata.get(id) === stratum);
    expect(spread(sizes(members, folds))).toBeLessThanOrEqual(1);
  }
});

test('folds do not depend on the order of the dialogues, but on the split seed', () => {
  const reversed = new Map([...strata].toReversed());
  expect(new Map([...dealFolds(reversed, 5, 0)].toSorted())).toEqual(
    new Map([...dealFolds(strata, 5, 0)].toSorted()),
  );
  expect(dealFolds(strata, 5, 1)).not.toEqual(dealFolds(strata, 5, 0));
});

test('the deal is pinned: another one would change every key', () => {
  const folds = dealFolds(new Map(ids.slice(0, 8).map((id) => [id, ''])), 5, 0);
  expect(ids.slice(0, 8).map((id) => folds.get(id))).toEqual([2, 4, 1, 3, 2, 1, 0, 0]);
});

test('as many seeds in a row as folds hold out every fold once', () => {
  expect([3, 4, 5, 6, 7].map((seed) => foldOfSeed(seed, 5)).toSorted()).toEqual([0, 1, 2, 3, 4]);
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is no seed', (seed) => {
  expect(() => foldOfSeed(seed, 5)).toThrow(RangeError);
});

test('an order by hash is the same whatever came first', () => {
  const sorted = sortByHash(ids, (id) => id);
  expect(sortByHash(ids.toReversed(), (id) => id)).toEqual(sorted);
  expect(sorted).not.toEqual(ids);
});
