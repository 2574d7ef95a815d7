import type { SweepFile } from './schema.ts';
import type { Sweep } from './sweep.ts';

/**
 * What a seed decides, each through a stream of its own, independent of condition and order: which examples there are and
 * which are held out (a fold, or an instance of a generated suite); the order of training examples; the initialisation of
 * weights; what replay, shuffled traces and functions of a condition's own draw.
 */
export const STREAMS = ['data', 'order', 'initialisation', 'draws'] as const;

/** The seed of each stream in one replication. */
export type SeedStreams = Record<(typeof STREAMS)[number], number>;

/** The replications of a sweep file: a number counts from 1. */
export function listSeeds(seeds: SweepFile['seeds']): number[] {
  if (Array.isArray(seeds)) return seeds;
  const length = typeof seeds === 'number' ? seeds : seeds.count;
  return Array.from({ length }, (_seed, index) => index + 1);
}

/** A stream that does not vary has the sweep's first seed in every replication. */
export function streamsOf(
  { seeds, vary }: Pick<Sweep, 'seeds' | 'vary'>,
  seed: number,
): SeedStreams {
  const [first = seed] = seeds;
  const of = (stream: (typeof STREAMS)[number]): number => (vary.includes(stream) ? seed : first);
  return {
    data: of('data'),
    order: of('order'),
    initialisation: of('initialisation'),
    draws: of('draws'),
  };
}
