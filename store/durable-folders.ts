import { lstat, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './durable-files.ts';
import { errorCode } from './file-errors.ts';
import { StoreError } from './store.ts';

const REMEMBERED = 10_000;

/** Folders below a root, made so that what is put into them survives a crash of the machine. */
export interface DurableFolders {
  /** Creates a folder and those that lead to it, and syncs their entries unless that was done before. */
  prepare(folder: string): Promise<void>;
  /** Forgets what was done before: somebody removed a folder. */
  forget(): void;
}

export function createDurableFolders(root: string): DurableFolders {
  const durable = new Set<string>();
  return {
    async prepare(folder) {
      const fresh: string[] = [];
      for (let at = folder; at !== root && !durable.has(at); at = dirname(at)) fresh.unshift(at);
      for (const at of fresh) await makeFolder(at);
      // Also where another process made the folder: it may have died before it synced the entry.
      await Promise.all(fresh.map((at) => syncFolder(dirname(at))));
      if (durable.size > REMEMBERED) durable.clear();
      for (const at of fresh) durable.add(at);
    },
    forget: () => durable.clear(),
  };
}

/** The folder a store lies in, with all that lead to it. */
export async function makeRoot(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(dirname(at));
    if (at === first) return;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if ((await lstat(folder)).isDirectory()) return;
    throw new StoreError('refused', `${folder} is no folder (a store follows no links); remove it`);
  }
}
