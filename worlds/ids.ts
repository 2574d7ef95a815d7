import { canonicalJson } from '../contract/digest.ts';
import type { Json } from '../contract/dialogue.ts';
import { deriveSeed } from '../contract/random.ts';

/**
 * The id of what a call created: it follows from the world's seed and the call, whatever was called
 * before.
 */
export function deriveId(seed: number, prefix: string, created: Json): string {
  return `${prefix}-${deriveSeed(seed, prefix, canonicalJson(created)) % 1_000_000}`;
}
