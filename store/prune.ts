import { type Block, inspectBlock } from './blocks.ts';
import { recordMended, recordRound } from './damage.ts';
import { type Store, StoreError } from './store.ts';

/** A round in which the weights of a committed block were given up. */
export interface Pruned {
  block: Block;
  round: number;
}

/**
 * Gives up the weights of a committed block, so that its files are garbage unless something else names them. It stays
 * committed, with all that was predicted and scored. Undefined where there is nothing to give up.
 */
export async function pruneBlock(store: Store, key: string): Promise<Pruned | undefined> {
  const found = await inspectBlock(store, key);
  if (found.state !== 'intact') return undefined;
  const { block } = found;
  const round = found.round + 1;
  const reasons = ['its weights were pruned'];
  await recordRound(store, { key, round, generation: block.generation, reasons, pruned: true });
  return { block, round };
}

/** Takes that back while the files are still there. */
export async function keepPruned(store: Store, { block, round }: Pruned): Promise<void> {
  await recordMended(store, { key: block.manifest.key, round, manifest: block.sha256 });
}

/** Makes the next run train a pruned block again. False: it was not pruned. */
export async function restorePruned(store: Store, key: string): Promise<boolean> {
  const found = await inspectBlock(store, key);
  if (found.state !== 'pruned') return false;
  const { generation } = found.block;
  const reasons = ['its weights were pruned, and are wanted again'];
  await recordRound(store, { key, round: found.round + 1, generation, reasons });
  return true;
}

/** Of who needs the weights of a block that was pruned. */
export function prunedError(store: Store, key: string): StoreError {
  return new StoreError(
    'missing',
    `the weights of block ${key} were pruned from ${store.url}: \`ratchet store unprune\` and the next run of its sweep train them again`,
  );
}
