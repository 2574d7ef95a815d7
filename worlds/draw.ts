import type { Random } from '../contract/random.ts';
import { DAYS_IN_YEAR } from './days.ts';

export type Split = 'train' | 'heldOut';

/**
 * Draws values of one split. Every third word of a pool, every third number and every third week is
 * held out, for every seed alike: no value that a user says or a tool answers in one split can
 * stand in the other.
 */
export interface Draw {
  readonly split: Split;
  readonly random: Random;
  chance(share: number): boolean;
  /** Between two bounds, both included. Not split: for how many, never for a value. */
  count(low: number, high: number): number;
  one<T>(pool: readonly T[]): T;
  /** Different ones. */
  several<T>(amount: number, pool: readonly T[]): T[];
  number(low: number, high: number): number;
  /** Different ones. */
  numbers(amount: number, low: number, high: number): number[];
  /**
   * Different from each other and from all ids drawn before: an id means one thing in a dialogue.
   */
  ids(amount: number, low: number, high: number): number[];
  /** A day after another, at most so many days later. */
  dayAfter(day: number, within: number): number;
}

const PARTS = 3;

function isOf(split: Split, position: number): boolean {
  return (position % PARTS === PARTS - 1) === (split === 'heldOut');
}

export function createDraw(split: Split, random: Random): Draw {
  const part = <T>(pool: readonly T[]): T[] => pool.filter((_, index) => isOf(split, index));
  const drawUntil = (fits: (value: number) => boolean, low: number, high: number): number => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const value = low + random.below(high - low + 1);
      if (fits(value)) return value;
    }
    throw new RangeError(`no ${split} value between ${low} and ${high}`);
  };
  const number = (low: number, high: number): number => {
    return drawUntil((value) => isOf(split, value), low, high);
  };
  const drawNew = (amount: number, low: number, high: number, known: Set<number>): number[] => {
    return Array.from({ length: amount }, () => {
      const value = drawUntil((drawn) => isOf(split, drawn) && !known.has(drawn), low, high);
      known.add(value);
      return value;
    });
  };
  const ids = new Set<number>();
  return {
    split,
    random,
    chance: (share) => random.next() < share,
    count: (low, high) => low + random.below(high - low + 1),
    one: (pool) => random.pick(part(pool)),
    several: (amount, pool) => {
      const drawn = random.shuffle(part(pool)).slice(0, amount);
      if (drawn.length < amount) throw new RangeError(`no ${amount} different ${split} values`);
      return drawn;
    },
    number,
    numbers: (amount, low, high) => drawNew(amount, low, high, new Set()),
    ids: (amount, low, high) => drawNew(amount, low, high, ids),
    dayAfter: (day, within) => {
      const last = Math.min(day + within, DAYS_IN_YEAR - 1);
      return drawUntil((value) => isOf(split, Math.floor(value / 7)), day + 1, last);
    },
  };
}
