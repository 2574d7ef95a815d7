import { expect } from 'vitest';
import type { Block } from '../../store/blocks.ts';
import type { Store } from '../../store/store.ts';
import { dieAfter, Killed } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';
import { keyOf, temporaryFolder } from './support.ts';
import { workOn } from './worker.ts';

export const PARENT = keyOf('parent');
export const KEY = keyOf('block');

/** A store after a sweep of two blocks, the second trained in three attempts: two were killed after a checkpoint. */
export async function finishedSweep(): Promise<{ store: Store; parent: Block; block: Block }> {
  const store = new MemoryStore();
  const parent = (await workOn(store, { key: PARENT, folder: await temporaryFolder() })) as Block;
  for (const last of [3, 5]) {
    const dying = { key: KEY, parent, folder: await temporaryFolder(), onStep: dieAfter(last) };
    await expect(workOn(store, dying)).rejects.toThrow(Killed);
  }
  const block = (await workOn(store, {
    key: KEY,
    parent,
    folder: await temporaryFolder(),
  })) as Block;
  return { store, parent, block };
}
