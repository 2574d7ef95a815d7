import type { DataSeeds } from '../../data/conditions.ts';
import type { Condition } from '../../spec/sweep.ts';

/** A condition that keeps the trace and sets nothing else. */
export const KEEP: Condition = {
  name: 'keep',
  trace: { train: 'keep', eval: 'keep' },
  strategy: 'sequential',
  replay: 0,
  matchTokens: null,
  limit: null,
  upsample: null,
  render: null,
};

/** Every stream of one seed. */
export function seedsOf(seed: number): DataSeeds {
  return { data: seed, draws: seed };
}

/** The objects of a JSONL file whose every line is ended. */
export function linesOf<T>(bytes: Uint8Array): T[] {
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
