import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { BlobRef } from './store.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Opens a file, hands it to `action`, and closes it whatever happens. */
export async function withFile<T>(
  file: string,
  flags: string | number,
  action: (handle: FileHandle) => Promise<T>,
  mode?: number,
): Promise<T> {
  const handle = await open(file, flags, mode);
  try {
    return await action(handle);
  } finally {
    await handle.close();
  }
}

/** Makes what was created, renamed or linked in a folder survive a crash of the machine. */
export function syncFolder(folder: string): Promise<void> {
  return withFile(folder, 'r', (handle) => handle.sync());
}

/** Hashes all of `source`, and writes it to `target` if there is one, in constant memory. */
export async function copyHashed(source: FileHandle, target: FileHandle | null): Promise<BlobRef> {
  const expected = (await source.stat()).size;
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(expected, CHUNK_BYTES)));
  const hash = createHash('sha256');
  for (let size = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, size);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), size };
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await target?.writeFile(chunk);
    size += bytesRead;
  }
}

/** Copies to a file that is complete or absent. `check` throws unless what was copied is accepted. Not synced. */
export function copyInto(
  source: FileHandle,
  file: string,
  check: (copied: BlobRef) => void,
): Promise<BlobRef> {
  return fillFile(file, async (target) => {
    const copied = await copyHashed(source, target);
    check(copied);
    return copied;
  });
}

/** Hands out a file beside `file` that is renamed once `fill` is done, and removed where it throws. Not synced. */
export async function fillFile<T>(
  file: string,
  fill: (target: FileHandle) => Promise<T>,
): Promise<T> {
  const unfinished = `${file}.${randomUUID()}.unfinished`;
  try {
    const filled = await withFile(unfinished, 'wx', fill);
    await rename(unfinished, file);
    return filled;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
