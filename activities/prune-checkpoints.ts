import { findIdleBlocks } from '../store/collect-garbage.ts';
import { inspectBlock } from '../store/blocks.ts';
import { BLOCKS } from '../store/layout.ts';
import { keepPruned, pruneBlock } from '../store/prune.ts';
import type { Store } from '../store/store.ts';
import { findPrunable, type Retention } from './find-prunable.ts';

/** Keys of the blocks that `pruneCheckpoints` would prune. `before`: what was written since is left alone, in ms since 1970. */
export async function listPrunable(
  store: Store,
  retain: ReadonlySet<Retention>,
  before: number,
): Promise<string[]> {
  const idle = findIdleBlocks(await store.measure(BLOCKS), before);
  const keys: string[] = [];
  for (const key of await findPrunable(store, retain))
    if (idle.has(key) && (await inspectBlock(store, key)).state === 'intact') keys.push(key);
  return keys.toSorted();
}

/**
 * Gives up the weights that no sweep needs and that are not retained; their files are then garbage. Looks again after that:
 * a sweep that was submitted meanwhile either is seen here and keeps its own, or begins later and sees what is pruned.
 */
export async function pruneCheckpoints(
  store: Store,
  retain: ReadonlySet<Retention>,
  before: number,
): Promise<string[]> {
  const pruned = [];
  for (const key of await listPrunable(store, retain, before)) {
    const one = await pruneBlock(store, key);
    if (one) pruned.push({ key, ...one });
  }
  const still = pruned.length > 0 ? await findPrunable(store, retain) : new Set();
  for (const one of pruned) if (!still.has(one.key)) await keepPruned(store, one);
  return pruned.flatMap(({ key }) => (still.has(key) ? [key] : []));
}
