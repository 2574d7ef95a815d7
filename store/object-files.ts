import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { syncFolder, withFile } from './durable-files.ts';
import { createDurableFolders, type DurableFolders } from './durable-folders.ts';
import { errorCode } from './file-errors.ts';
import { isObjectPath } from './object-path.ts';
import type { StoredObject } from './store.ts';

/** Hidden, and so no object's name. In the same file system, so that files can be linked and renamed out of it. */
const UNFINISHED = '.unfinished';
const UNFINISHED_MAX_AGE = 60 * 60 * 1000;
const READ_ONLY = 0o444;
const WITHOUT_LINKS = constants.O_RDONLY | constants.O_NOFOLLOW;
/** A folder can vanish between its making and its use: another process removed the last object in it. */
const PLACE_TRIES = 5;

/** A file that is written and not yet an object. */
export interface Unfinished {
  file: string;
  handle: FileHandle;
}

/** Objects as files below a root, their paths checked before. */
export class ObjectFiles {
  readonly root: string;
  readonly #folders: DurableFolders;

  constructor(root: string) {
    this.root = root;
    this.#folders = createDurableFolders(root);
  }

  /** Hands out a new file, and removes it afterwards; `place` gives it a name that stays. */
  async write<T>(fill: (unfinished: Unfinished) => Promise<T>): Promise<T> {
    const file = join(this.root, UNFINISHED, randomUUID());
    try {
      return await withFile(file, 'wx', (handle) => fill({ file, handle }), READ_ONLY);
    } finally {
      await ifPresent(unlink(file));
    }
  }

  /** Syncs the file and gives it its name: atomically, durably. False: `create` found another object there. */
  async place(from: Unfinished, path: string, how: 'create' | 'replace'): Promise<boolean> {
    const target = join(this.root, path);
    await from.handle.sync();
    for (let tries = 1; ; tries++) {
      try {
        await this.#folders.prepare(dirname(target));
        await (how === 'create' ? link(from.file, target) : rename(from.file, target));
        await syncFolder(dirname(target));
        return true;
      } catch (error) {
        if (how === 'create' && errorCode(error) === 'EEXIST') {
          await syncFolder(dirname(target));
          return false;
        }
        if (errorCode(error) !== 'ENOENT' || tries === PLACE_TRIES) throw error;
        this.#folders.forget();
      }
    }
  }

  /** What is there, made sure to be durable: its writer may not have got that far. */
  async measureSettled(path: string): Promise<StoredObject | undefined> {
    const found = await this.measure(path);
    if (!found) return undefined;
    const folder = dirname(join(this.root, path));
    await this.#folders.prepare(folder);
    await syncFolder(folder);
    return found;
  }

  async size(path: string): Promise<number | undefined> {
    return (await this.measure(path))?.size;
  }

  async measure(path: string): Promise<StoredObject | undefined> {
    const status = await ifPresent(lstat(join(this.root, path)));
    return status?.isFile() ? { path, size: status.size, modified: status.mtimeMs } : undefined;
  }

  /** The opened object, or undefined where there is none. */
  async open(path: string): Promise<FileHandle | undefined> {
    const handle = await ifPresent(open(join(this.root, path), WITHOUT_LINKS));
    if (handle === undefined) return undefined;
    try {
      if (await this.#isReal(dirname(path))) return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
    return undefined; // Its folder was removed meanwhile.
  }

  async list(prefix: string): Promise<string[]> {
    const found: string[] = [];
    if (await this.#isReal(prefix)) await collect(join(this.root, prefix), prefix, found);
    return found.toSorted();
  }

  async remove(path: string): Promise<void> {
    if (!(await this.#isReal(dirname(path)))) return;
    await ifPresent(unlink(join(this.root, path)));
    for (let at = dirname(path); at !== '.'; at = dirname(at)) {
      if (!(await removeIfEmpty(join(this.root, at)))) return;
    }
  }

  async makeUnfinished(): Promise<void> {
    await mkdir(join(this.root, UNFINISHED), { recursive: true });
  }

  async listUnfinished(): Promise<string[]> {
    const names = (await ifPresent(readdir(join(this.root, UNFINISHED)))) ?? [];
    return names.toSorted().map((name) => `${UNFINISHED}/${name}`);
  }

  /** As far as it may: a store that can only be read can still be read. */
  async sweepUnfinished(before = Date.now() - UNFINISHED_MAX_AGE): Promise<string[]> {
    const swept: string[] = [];
    for (const path of await this.listUnfinished()) {
      const file = join(this.root, path);
      const status = await ifPresent(stat(file));
      if (status === undefined || status.mtimeMs >= before) continue;
      await rm(file, { force: true }).then(
        () => swept.push(path),
        () => {},
      );
    }
    return swept;
  }

  /** Whether a folder stands where its name says; a link on the way there leads out of the store. */
  async #isReal(folder: string): Promise<boolean> {
    const wanted = join(this.root, folder);
    const actual = await ifPresent(realpath(wanted));
    if (actual === undefined) return false;
    if (relative(wanted, actual) === '') return true;
    throw Object.assign(new Error(`${wanted} is reached through a link`), { code: 'ELOOP' });
  }
}

async function ifPresent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function collect(folder: string, prefix: string, found: string[]): Promise<void> {
  const entries = (await ifPresent(readdir(folder, { withFileTypes: true }))) ?? [];
  const folders = entries.filter((entry) => entry.isDirectory() && isObjectPath(entry.name));
  for (const entry of entries) {
    if (entry.isFile() && isObjectPath(entry.name)) found.push(prefix + entry.name);
  }
  await Promise.all(
    folders.map(({ name }) => collect(join(folder, name), `${prefix}${name}/`, found)),
  );
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}
