/** What two conditions make of the same example at the same seed. */
export interface AnswerPair {
  /** Equal for the same example at several seeds. */
  example: string;
  seed: number;
  treatmentRight: boolean;
  controlRight: boolean;
}

/** Of the treatment against the control: right alone, wrong alone, both right, both wrong. */
export const FLIPS = ['better', 'worse', 'both', 'neither'] as const;
export type Flip = (typeof FLIPS)[number];
export type FlipCounts = Record<Flip, number>;

export function flipOf({ treatmentRight, controlRight }: AnswerPair): Flip {
  if (treatmentRight) return controlRight ? 'both' : 'better';
  return controlRight ? 'worse' : 'neither';
}

/** An example over its seeds: in how many of them it flips which way. */
export interface ExampleFlips<Pair extends AnswerPair> {
  example: string;
  counts: FlipCounts;
  pairs: Pair[];
}

/** One entry an example; those on which most seeds agree that the conditions differ come first. */
export function groupFlips<Pair extends AnswerPair>(pairs: readonly Pair[]): ExampleFlips<Pair>[] {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) groups.set(pair.example, [...(groups.get(pair.example) ?? []), pair]);
  return [...groups]
    .map(([example, own]) => ({ example, counts: countFlips(own), pairs: own }))
    .toSorted((a, b) => consensusOf(b) - consensusOf(a));
}

export function countFlips(pairs: readonly AnswerPair[]): FlipCounts {
  const counts: FlipCounts = { better: 0, worse: 0, both: 0, neither: 0 };
  for (const pair of pairs) counts[flipOf(pair)]++;
  return counts;
}

/** Seeds that say better less those that say worse, either way. */
function consensusOf({ counts }: { counts: FlipCounts }): number {
  return Math.abs(counts.better - counts.worse);
}
