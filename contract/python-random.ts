/**
 * Python's `random.Random(seed).shuffle`, so that a split made there can be made again: the Mersenne Twister MT19937
 * (Matsumoto and Nishimura, 1998) as CPython seeds it by an integer and draws from it. For published studies only;
 * everything of ours draws from `random.ts`.
 */

const SIZE = 624;
const MIDDLE = 397;

/** Copies of lists that one generator shuffles, one after another, as Python 3's does. `seed`: 0 to 2^32 - 1. */
export function shuffleAsPython<T>(lists: readonly (readonly T[])[], seed: number): T[][] {
  const next = createTwister(seed);
  return lists.map((list) => shuffle(list, next));
}

function shuffle<T>(items: readonly T[], next: () => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = drawBelow(last + 1, next);
    const held = shuffled[last] as T;
    shuffled[last] = shuffled[other] as T;
    shuffled[other] = held;
  }
  return shuffled;
}

/** The high bits of a draw, until they are below the bound. */
function drawBelow(bound: number, next: () => number): number {
  const bits = 32 - Math.clz32(bound);
  for (;;) {
    const drawn = next() >>> (32 - bits);
    if (drawn < bound) return drawn;
  }
}

/** 32-bit unsigned draws. */
function createTwister(seed: number): () => number {
  const state = seedState(seed);
  let at = SIZE;
  return () => {
    if (at === SIZE) {
      regenerate(state);
      at = 0;
    }
    let drawn = state[at++] ?? 0;
    drawn ^= drawn >>> 11;
    drawn ^= (drawn << 7) & 0x9d2c5680;
    drawn ^= (drawn << 15) & 0xefc60000;
    return (drawn ^ (drawn >>> 18)) >>> 0;
  };
}

function regenerate(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const [low, high] = [state[i] ?? 0, state[(i + 1) % SIZE] ?? 0];
    const mixed = (low & 0x80000000) | (high & 0x7fffffff);
    const twist = high & 1 ? 0x9908b0df : 0;
    state[i] = (state[(i + MIDDLE) % SIZE] ?? 0) ^ (mixed >>> 1) ^ twist;
  }
}

/** The reference's `init_by_array` with the seed as its one word. */
function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = 19650218;
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, spread(state, i)) + i;
  let i = 1;
  const advance = (): void => {
    i++;
    if (i < SIZE) return;
    state[0] = state[SIZE - 1] ?? 0;
    i = 1;
  };
  for (let round = 0; round < SIZE; round++) {
    state[i] = ((state[i] ?? 0) ^ Math.imul(spread(state, i), 1664525)) + seed;
    advance();
  }
  for (let round = 1; round < SIZE; round++) {
    state[i] = ((state[i] ?? 0) ^ Math.imul(spread(state, i), 1566083941)) - i;
    advance();
  }
  state[0] = 0x80000000;
  return state;
}

function spread(state: Uint32Array, i: number): number {
  const before = state[i - 1] ?? 0;
  return before ^ (before >>> 30);
}
