import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { type Block, findDamage, inspectBlock, requireBlock } from '../store/blocks.ts';
import { isObjectPath } from '../store/object-path.ts';
import { prunedError } from '../store/prune.ts';
import type { NamedFile } from '../store/records.ts';
import { type Store, StoreError } from '../store/store.ts';

/** Brings a committed block's weights into a folder. What turns out damaged is recorded, so that it is computed again. */
export async function fetchWeights(store: Store, key: string, folder: string): Promise<Block> {
  try {
    const block = await requireBlock(store, key);
    for (const { name, sha256 } of block.manifest.files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await store.fetchBlob(sha256, join(folder, name));
    }
    return block;
  } catch (error) {
    const isLost = error instanceof StoreError && /^(corrupt|missing)$/.test(error.fault);
    if (!isLost) throw error;
    if ((await inspectBlock(store, key)).state === 'pruned') throw prunedError(store, key);
    await findDamage(store, key);
    throw error;
  }
}

/** Stores every file below a folder as a blob. `overwrite` mends blobs that are damaged. */
export async function putWeights(
  store: Store,
  folder: string,
  overwrite: boolean,
): Promise<NamedFile[]> {
  const names = await listPlainFiles(folder);
  if (names.length === 0) throw new CausedError('trainer-bug', 'the trainer left no weights');
  const files: NamedFile[] = [];
  for (const name of names)
    files.push({ name, ...(await store.putBlobFile(join(folder, name), { overwrite })) });
  return files;
}

/**
 * Names of the files below a folder that a trainer wrote. Links, and names that no store could hold, are its bug: left
 * out silently they would make an incomplete checkpoint.
 */
export async function listPlainFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const name = relative(folder, join(entry.parentPath, entry.name));
      if (entry.isFile() && isObjectPath(name)) return name;
      throw new CausedError(
        'trainer-bug',
        `the trainer left ${JSON.stringify(name)}: a plain file was expected, named in letters, digits, '.', '_' and '-', not beginning with a dot`,
      );
    })
    .toSorted();
}
