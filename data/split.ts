import { sha256Hex } from '../contract/digest.ts';
import type { SourceExample } from './source-examples.ts';
import type { SplitRule, SplitUnit, Suite } from './suite.ts';

/**
 * Deals groups into folds of equal size (to within one), by the hash of the split seed and the group's id. Groups of one
 * stratum are dealt in a row, so that every stratum is spread evenly too.
 *
 * @param strata group id to stratum
 * @returns group id to fold, 0 to folds - 1
 */
export function dealFolds(
  strata: ReadonlyMap<string, string>,
  folds: number,
  splitSeed: number,
): Map<string, number> {
  const ranked = [...strata].map(([id, stratum]) => {
    return { id, stratum, hash: sha256Hex(JSON.stringify([splitSeed, id])) };
  });
  ranked.sort((a, b) => compare(a.stratum, b.stratum) || compare(a.hash, b.hash));
  return new Map(ranked.map(({ id }, place) => [id, place % folds]));
}

/** Seed s holds out fold s modulo the folds: as many seeds in a row as folds hold out every group once. */
export function foldOfSeed(seed: number, folds: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed is a natural number, not ${seed}`);
  }
  return seed % folds;
}

export const SPLIT_BY_DIALOGUE: SplitRule = {
  unit: 'dialogue',
  groupOf: ({ dialogue }) => dialogue,
};

/** Units of a split; a dialogue without a scenario is its own. */
export function splitBy(unit: SplitUnit, examples: readonly SourceExample[]): SplitRule {
  if (unit === 'dialogue') return SPLIT_BY_DIALOGUE;
  if (unit === 'example') return { unit, groupOf: ({ id }) => id };
  const scenarios = new Map(
    examples.map(({ example, scenario }) => [example.dialogue, scenario ?? example.dialogue]),
  );
  return { unit, groupOf: ({ dialogue }) => scenarios.get(dialogue) ?? dialogue };
}

/** Throws when a unit has examples on both sides of a seed's split, in whatever domains: that would leak. */
export function assertSplit({ name, domains, examples, split }: Suite, seed: number): void {
  const sides = domains.map((domain) => examples(domain, seed));
  const trained = new Set(sides.flatMap(({ train }) => train.map(split.groupOf)));
  const leaked = sides
    .flatMap(({ heldOut }) => heldOut.map(split.groupOf))
    .find((group) => trained.has(group));
  if (leaked !== undefined) {
    throw new Error(`${name}, seed ${seed}: ${split.unit} '${leaked}' is on both sides`);
  }
}

/** A copy in the order of the hashes of the ids: no relation to how the data was written. */
export function sortByHash<T>(items: readonly T[], idOf: (item: T) => string): T[] {
  const ranked = items.map((item) => ({ item, rank: sha256Hex(idOf(item)) }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return ranked.map(({ item }) => item);
}

/** By code units, the same in every locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
