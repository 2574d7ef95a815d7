import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Store, StoreError } from './store.ts';

/** What copying brought: objects that were not there, and those that were. */
export interface Copied {
  added: number;
  present: number;
}

/**
 * Brings blobs from one store into another by way of a local folder, each verified against its hash. What stands there is
 * left alone.
 */
export async function copyBlobs(
  from: Store,
  to: Store,
  blobs: readonly string[],
  folder: string,
): Promise<Copied> {
  const copied = { added: 0, present: 0 };
  for (const sha256 of blobs) {
    if (await to.hasBlob(sha256)) {
      copied.present++;
      continue;
    }
    const file = join(folder, sha256);
    await from.fetchBlob(sha256, file);
    await to.putBlobFile(file);
    await rm(file);
    copied.added++;
  }
  return copied;
}

/** The same for other objects, in their order: create-only, so that what stands there stays. */
export async function copyObjects(
  from: Store,
  to: Store,
  paths: readonly string[],
): Promise<Copied> {
  const copied = { added: 0, present: 0 };
  for (const path of paths) {
    const bytes = await from.read(path);
    if (!bytes) throw new StoreError('missing', `${path} is not in ${from.url}`);
    copied[(await to.create(path, bytes)) ? 'added' : 'present']++;
  }
  return copied;
}

/** Paths at which both stores hold an object, and not the same. */
export async function findConflicts(
  from: Store,
  to: Store,
  paths: readonly string[],
): Promise<string[]> {
  const conflicts: string[] = [];
  for (const path of paths) {
    const standing = await to.digest(path);
    if (standing && standing.sha256 !== (await from.digest(path))?.sha256) conflicts.push(path);
  }
  return conflicts;
}
