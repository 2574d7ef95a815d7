import { SettingError } from '../setting-error.ts';
import type { BalancedSettings } from '../suite-settings.ts';

/** An entry's two texts, whatever its source calls them. */
export interface EntryTexts {
  input: string;
  output: string;
}

const CALLED = /\[([A-Za-z_][\w.-]*)\(/;
const TOOL_SEARCHER = 'ToolSearcher';
/** Entries that a family's mean is taken over, the first ones. */
const WEIGHED = 20;

/**
 * The token-balanced bins of arXiv 2605.09734: a family is the first `[Name(` of an entry's output, else of its input;
 * ToolSearcher, entries without a name, and small families stay out. The others are sorted by their mean tokens times
 * their entries, largest first (then by name), and each goes into the least loaded bin (the first of several).
 *
 * @returns families by bin (D1, D2, ...), in the order in which they were put there
 */
export function balanceFamilies(
  entries: readonly EntryTexts[],
  settings: BalancedSettings,
): Map<string, string[]> {
  const families = new Map<string, EntryTexts[]>();
  for (const entry of entries) {
    const family = familyOf(entry);
    if (family === undefined || family === TOOL_SEARCHER) continue;
    const known = families.get(family);
    if (known) known.push(entry);
    else families.set(family, [entry]);
  }
  const weights = [...families]
    .filter(([, members]) => members.length >= settings.minimum)
    .map(([family, members]) => ({
      family,
      weight: meanTokens(family, members, settings) * members.length,
    }));
  return fillBins(weights, settings.bins);
}

/** Largest first, each into the least loaded bin. */
export function fillBins(
  weights: readonly { family: string; weight: number }[],
  count: number,
): Map<string, string[]> {
  const bins = Array.from({ length: count }, (_, index) => ({
    name: `D${index + 1}`,
    load: 0,
    families: [] as string[],
  }));
  const sorted = weights.toSorted(
    (a, b) => b.weight - a.weight || (a.family < b.family ? -1 : Number(a.family > b.family)),
  );
  for (const { family, weight } of sorted) {
    const least = bins.reduce((best, bin) => (bin.load < best.load ? bin : best));
    least.load += weight;
    least.families.push(family);
  }
  return new Map(bins.map(({ name, families }) => [name, families]));
}

export function familyOf({ input, output }: EntryTexts): string | undefined {
  return CALLED.exec(output)?.[1] ?? CALLED.exec(input)?.[1];
}

function meanTokens(
  family: string,
  members: readonly EntryTexts[],
  { tokens }: BalancedSettings,
): number {
  if (tokens) {
    const given = Object.hasOwn(tokens, family) ? tokens[family] : undefined;
    if (given !== undefined) return given;
    throw new SettingError({
      path: ['suite', 'domains', 'tokens'],
      expected: 'the mean tokens of every family',
      found: `none for ${JSON.stringify(family)}`,
    });
  }
  const first = members.slice(0, WEIGHED);
  const sum = first.reduce((total, { input, output }) => {
    return total + countTokens(input) + countTokens(output);
  }, 0);
  return sum / first.length;
}

/** Without a tokenizer: words, digits and signs. */
const TOKEN = /[\p{L}\p{M}]+|\p{N}|[^\s\p{L}\p{M}\p{N}]/gu;

function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}
