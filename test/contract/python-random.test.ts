import { expect, test } from 'vitest';
import { shuffleAsPython } from '../../contract/python-random.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** What CPython 3.11 prints for `x = list(range(n)); random.Random(seed).shuffle(x); x`. */
test.each([
  [42, 20, [19, 5, 14, 4, 9, 13, 15, 18, 6, 12, 17, 10, 1, 11, 2, 16, 7, 8, 0, 3]],
  [0, 7, [4, 2, 1, 0, 5, 3, 6]],
  [4294967295, 9, [0, 7, 1, 5, 2, 6, 4, 8, 3]],
  [42, 873, [502, 523, 510, 330, 430, 788, 105, 24, 632, 751, 440, 36]],
])('seed %i shuffles %i items as Python does', (seed, count, shuffled) => {
  const [list] = shuffleAsPython([upTo(count)], seed);
  expect(list?.slice(0, shuffled.length)).toEqual(shuffled);
});

test('shuffling leaves its input alone and loses nothing', () => {
  const items = upTo(873);
  const [shuffled] = shuffleAsPython([items], 42);
  expect(items).toEqual(upTo(873));
  expect(shuffled?.toSorted((a, b) => a - b)).toEqual(items);
});

test('one generator goes on from list to list', () => {
  expect(shuffleAsPython([upTo(5), upTo(6)], 42)).toEqual([
    [3, 1, 2, 4, 0],
    [3, 0, 2, 4, 5, 1],
  ]);
});
