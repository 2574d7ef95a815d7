import { describe, expect, test } from 'vitest';
import { passAll } from '../../metrics/pass.ts';

/** By the definition: of all ways to pick k of an example's draws, how many hold right ones only. */
function passByEnumeration(draws: boolean[][], k: number): number {
  const shares = draws.map((own) => {
    const picks = own.reduce<boolean[][]>(
      (sets, draw) => [...sets, ...sets.map((set) => [...set, draw])],
      [[]],
    );
    const ofSize = picks.filter((set) => set.length === k);
    return ofSize.filter((set) => set.every(Boolean)).length / ofSize.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function countRight(draws: boolean[][], n: number): number[] {
  return Array.from(
    { length: n + 1 },
    (_, right) => draws.filter((own) => own.filter(Boolean).length === right).length,
  );
}

describe('pass^k', () => {
  test('worked by hand: 2 of 4 draws right, and all of 4', () => {
    const [one, two, three, four] = passAll([0, 0, 1, 0, 1]);
    expect(one).toBeCloseTo((1 / 2 + 1) / 2, 12); // C(2,1)/C(4,1) = 2/4
    expect(two).toBeCloseTo((1 / 6 + 1) / 2, 12); // C(2,2)/C(4,2) = 1/6
    expect(three).toBeCloseTo((0 + 1) / 2, 12);
    expect(four).toBeCloseTo((0 + 1) / 2, 12);
  });

  test.each([1, 2, 3, 5, 7])('is what enumerating every pick of %i draws gives', (n) => {
    const draws = Array.from({ length: 2 ** n }, (_, bits) =>
      Array.from({ length: n }, (_draw, at) => ((bits >> at) & 1) === 1),
    );
    const uneven = [...draws, ...draws.slice(0, n)];
    for (const [index, value] of passAll(countRight(uneven, n)).entries())
      expect(value).toBeCloseTo(passByEnumeration(uneven, index + 1), 12);
  });

  test('of many draws stays a fraction', () => {
    const counts = Array.from({ length: 1001 }, (_, right) => (right === 900 ? 1 : 0));
    const passes = passAll(counts);
    expect(passes[0]).toBeCloseTo(0.9, 12);
    expect(passes[1]).toBeCloseTo((900 * 899) / (1000 * 999), 12);
    expect(passes.at(-1)).toBe(0);
    expect(passes.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});
