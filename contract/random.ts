import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** A seeded stream of random numbers whose whole state is one 32-bit integer, so that a checkpoint can hold it. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of it. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** One item of a list that is not empty. */
  pick<T>(items: readonly T[]): T;
  state(): number;
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same on every machine. */
export function createRandom(state: number): Random {
  let current = state >>> 0;
  const next = (): number => {
    current = (current + 0x6d2b79f5) >>> 0;
    let mixed = current;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = below(last + 1);
        const held = shuffled[last] as (typeof shuffled)[number];
        shuffled[last] = shuffled[other] as (typeof shuffled)[number];
        shuffled[other] = held;
      }
      return shuffled;
    },
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    state: () => current,
  };
}

/** A named stream's first state: streams of one seed are independent of each other and of the condition. */
export function deriveSeed(seed: number | string, ...names: (string | number)[]): number {
  const digest = sha256(utf8ToBytes(JSON.stringify([seed, ...names])));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}
