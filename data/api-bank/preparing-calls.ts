import type { PlacedExample } from '../source-examples.ts';
import type { ApiBankSettings } from '../suite-settings.ts';

/** APIs that are called for the sake of the next call: to authenticate, or at level 3 to find a tool. */
const PREPARING: readonly string[] = ['GetUserToken', 'CheckToken', 'ToolSearcher'];

/**
 * Calls that only prepare others, where `auth` wants them: in the domain of their own API; in that of the dialogue's next
 * other call, if there is one; or left out.
 */
export function placePreparingCalls(
  examples: readonly PlacedExample[],
  auth: ApiBankSettings['auth'],
): PlacedExample[] {
  if (auth === 'own') return [...examples];
  const others = examples.filter((example) => !isPreparing(example));
  if (auth === 'exclude') return others;
  const later = new Map<string, PlacedExample[]>();
  for (const other of others.toSorted((a, b) => a.turn - b.turn)) {
    const { dialogue } = other.example;
    later.set(dialogue, [...(later.get(dialogue) ?? []), other]);
  }
  return examples.map((example) => {
    if (!isPreparing(example)) return example;
    const next = later.get(example.example.dialogue)?.find(({ turn }) => turn > example.turn);
    return next ? { ...example, domain: next.domain } : example;
  });
}

/**
 * The tools of every domain, with those of calls that were placed there: all prompts of a domain list them, so that a
 * listing tells nothing of what follows.
 */
export function addPlacedTools(
  domains: ReadonlyMap<string, readonly string[]>,
  examples: readonly PlacedExample[],
): Map<string, string[]> {
  return new Map(
    [...domains].map(([name, apis]) => {
      const placed = examples
        .filter(({ domain }) => domain === name)
        .flatMap(({ example }) => example.target.map((call) => call.name));
      return [name, [...new Set([...apis, ...placed.filter(isPreparingApi).toSorted()])]];
    }),
  );
}

function isPreparing({ example }: PlacedExample): boolean {
  return example.target.every(({ name }) => isPreparingApi(name));
}

function isPreparingApi(api: string): boolean {
  return PREPARING.includes(api);
}
