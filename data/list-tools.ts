import { createRandom, deriveSeed } from '../contract/random.ts';
import type { PlacedExample } from './source-examples.ts';
import type { ToolListing } from './suite-settings.ts';

/**
 * Which tools an example's prompt lists, in which order. Distractors are drawn for each example anew, and stand in the
 * suite's order, so that the target's place tells nothing.
 *
 * @param domains described tools by domain, in listing order
 */
export function listTools(
  listing: ToolListing,
  domains: ReadonlyMap<string, readonly string[]>,
  seed: number,
): (example: PlacedExample) => string[] {
  const all = [...new Set([...domains.values()].flat())];
  if (listing === 'dialogue') return ({ example }) => example.tools;
  if (listing === 'domain') return ({ domain }) => [...(domains.get(domain) ?? [])];
  if (listing === 'all') return () => all;
  return ({ example }) => {
    const wanted = new Set(example.target.map(({ name }) => name));
    const random = createRandom(deriveSeed(seed, 'distractors', example.id));
    const others = random.shuffle(all.filter((tool) => !wanted.has(tool)));
    for (const tool of others.slice(0, listing.count)) wanted.add(tool);
    return all.filter((tool) => wanted.has(tool));
  };
}
