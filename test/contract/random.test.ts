import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, deriveSeed } from '../../contract/random.ts';

/** Splits, generated suites and trained weights all hang on these numbers: they must never change. */
test('the sequence of a seed is pinned', () => {
  const random = createRandom(1);
  expect([random.next(), random.next(), random.next()]).toEqual([
    0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
  ]);
  expect(random.state()).toBe(1199730144);
});

test('draws, shuffles and picks are pinned', () => {
  const random = createRandom(42);
  expect([random.below(10), random.below(10), random.below(10)]).toEqual([6, 4, 8]);
  expect(random.shuffle([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([5, 1, 8, 3, 7, 4, 2, 6]);
  expect(random.pick(['a', 'b', 'c'])).toBe('a');
  expect(random.state()).toBe(2967354801);
});

test('named streams of a seed are pinned', () => {
  expect(deriveSeed(1, 'order')).toBe(1494332722);
  expect(deriveSeed('1', 'order')).toBe(1204200375);
  expect(deriveSeed(1, 'fold', 3)).toBe(1712245276);
});

test('names of streams cannot run into each other', () => {
  expect(deriveSeed(1, 'ab', 'c')).not.toBe(deriveSeed(1, 'a', 'bc'));
  expect(deriveSeed(1, 'a', 1)).not.toBe(deriveSeed(1, 'a', '1'));
});

test('a stream goes on from its state as if it had never stopped', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(20), (seed, drawn) => {
      const whole = createRandom(seed);
      for (let i = 0; i < drawn; i++) whole.next();
      const resumed = createRandom(whole.state());
      expect([resumed.next(), resumed.next()]).toEqual([whole.next(), whole.next()]);
    }),
  );
});

test('shuffling keeps every item and leaves its argument alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
      const before = [...items];
      const shuffled = createRandom(seed).shuffle(items);
      expect(items).toEqual(before);
      expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
    }),
  );
});

test('draws are uniform: no face of a die is off by more than 4 standard deviations', () => {
  const random = createRandom(7);
  const faces = Array.from({ length: 60_000 }, () => random.below(6));
  for (const face of [0, 1, 2, 3, 4, 5]) {
    const count = faces.filter((one) => one === face).length;
    expect(Math.abs(count - 10_000)).toBeLessThan(4 * 91.3);
  }
});

test('picking from nothing is an error', () => {
  expect(() => createRandom(1).pick([])).toThrow(RangeError);
});
