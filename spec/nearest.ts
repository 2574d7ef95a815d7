import { distance } from 'fastest-levenshtein';

const LONGEST_WORD = 64;

/** The candidate a word was probably meant to be: at most a third of its letters off, rounded up. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const ranked = candidates
    .filter((candidate) => candidate !== word)
    .map((candidate) => ({
      candidate,
      edits: distance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (!best) return undefined;
  const length = Math.max(word.length, best.candidate.length);
  return best.edits <= Math.ceil(length / 3) ? best.candidate : undefined;
}
