import { type FileHandle, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkBlob, isFreshBlob, isMissing } from './blobs.ts';
import { copyHashed, copyInto, withFile } from './durable-files.ts';
import { makeRoot } from './durable-folders.ts';
import { namingFaults } from './file-errors.ts';
import { blobPath } from './layout.ts';
import { ObjectFiles } from './object-files.ts';
import { checkObjectPath, checkPrefix, checkSha256 } from './object-path.ts';
import { sha256Of } from './records.ts';
import type { BlobRef, PutBlobOptions, Store, StoredObject } from './store.ts';

/**
 * A store in a folder, made if it is not there, on a file system with hard links, atomic renames and fsync. What
 * writers left unfinished more than an hour ago is swept.
 */
export async function openFileStore(folder: string): Promise<Store> {
  return namingFaults(`open the store ${folder}`, async () => {
    await makeRoot(resolve(folder));
    const files = new ObjectFiles(await realpath(folder));
    await files.makeUnfinished();
    await files.sweepUnfinished();
    return new FileStore(files);
  });
}

class FileStore implements Store {
  readonly url: string;
  readonly #files: ObjectFiles;

  constructor(files: ObjectFiles) {
    this.url = pathToFileURL(files.root).href;
    this.#files = files;
  }

  putBlob(bytes: Uint8Array, options: PutBlobOptions = {}): Promise<BlobRef> {
    const ref = { sha256: sha256Of(bytes), size: bytes.length };
    return this.#do('write', blobPath(ref.sha256), async (path) => {
      if (!options.overwrite && (await this.#isFresh(ref))) return ref;
      await this.#files.write(async (unfinished) => {
        await unfinished.handle.writeFile(bytes);
        await this.#files.place(unfinished, path, 'replace');
      });
      return ref;
    });
  }

  putBlobFile(file: string, options: PutBlobOptions = {}): Promise<BlobRef> {
    return this.#do('store', file, () =>
      this.#files.write(async (unfinished) => {
        const ref = await withFile(file, 'r', (from) => copyHashed(from, unfinished.handle));
        if (!options.overwrite && (await this.#isFresh(ref))) return ref;
        await this.#files.place(unfinished, blobPath(ref.sha256), 'replace');
        return ref;
      }),
    );
  }

  async hasBlob(sha256: string, size?: number): Promise<boolean> {
    checkSha256(sha256);
    const found = await this.#do('read', blobPath(sha256), (path) => this.#files.size(path));
    return found !== undefined && (size === undefined || found === size);
  }

  async readBlob(sha256: string): Promise<Uint8Array> {
    return this.#withBlob(sha256, async (from, check) => {
      const bytes = await from.readFile();
      check({ sha256: sha256Of(bytes), size: bytes.length });
      return bytes;
    });
  }

  async fetchBlob(sha256: string, file: string): Promise<BlobRef> {
    return this.#withBlob(sha256, (from, check) => copyInto(from, file, check));
  }

  create(path: string, bytes: Uint8Array): Promise<boolean> {
    return this.#place(path, bytes, 'create');
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.#place(path, bytes, 'replace');
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    checkObjectPath(path);
    return this.#do('read', path, () => this.#withObject(path, (from) => from.readFile()));
  }

  async digest(path: string): Promise<BlobRef | undefined> {
    checkObjectPath(path);
    return this.#do('read', path, () => this.#withObject(path, (from) => copyHashed(from, null)));
  }

  async putFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    return this.#do('write', path, () =>
      this.#files.write(async (unfinished) => {
        const ref = await withFile(file, 'r', (from) => copyHashed(from, unfinished.handle));
        await this.#files.place(unfinished, path, 'replace');
        return ref;
      }),
    );
  }

  async fetchFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    const ref = await this.#do('fetch', path, () =>
      this.#withObject(path, (from) => copyInto(from, file, () => {})),
    );
    if (ref === undefined) throw isMissing(this.url, path);
    return ref;
  }

  async list(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    return this.#do('list', prefix, () => this.#files.list(prefix));
  }

  async measure(prefix: string): Promise<StoredObject[]> {
    checkPrefix(prefix);
    return this.#do('list', prefix, async () => {
      const paths = await this.#files.list(prefix);
      const found = await Promise.all(paths.map((path) => this.#files.measure(path)));
      return found.filter((object) => object !== undefined);
    });
  }

  async remove(path: string): Promise<void> {
    checkObjectPath(path);
    await this.#do('remove', path, () => this.#files.remove(path));
  }

  listUnfinished(): Promise<string[]> {
    return this.#do('list', 'unfinished files', () => this.#files.listUnfinished());
  }

  sweepUnfinished(before: number): Promise<string[]> {
    return this.#do('sweep', 'unfinished files', () => this.#files.sweepUnfinished(before));
  }

  async #isFresh(ref: BlobRef): Promise<boolean> {
    return isFreshBlob(ref, await this.#files.measureSettled(blobPath(ref.sha256)));
  }

  async #place(path: string, bytes: Uint8Array, how: 'create' | 'replace'): Promise<boolean> {
    checkObjectPath(path);
    return this.#do('write', path, () =>
      this.#files.write(async (unfinished) => {
        await unfinished.handle.writeFile(bytes);
        return this.#files.place(unfinished, path, how);
      }),
    );
  }

  async #withObject<T>(
    path: string,
    use: (from: FileHandle) => Promise<T>,
  ): Promise<T | undefined> {
    const handle = await this.#files.open(path);
    try {
      return handle && (await use(handle));
    } finally {
      await handle?.close();
    }
  }

  async #withBlob<T>(
    sha256: string,
    use: (from: FileHandle, check: (actual: BlobRef) => void) => Promise<T>,
  ): Promise<T> {
    checkSha256(sha256);
    const check = (actual: BlobRef): void => checkBlob(this.url, sha256, actual);
    return this.#do('read', blobPath(sha256), async (path) => {
      const found = await this.#withObject(path, async (from) => [await use(from, check)] as const);
      if (found === undefined) throw isMissing(this.url, path);
      return found[0];
    });
  }

  #do<T>(verb: string, path: string, action: (path: string) => Promise<T>): Promise<T> {
    return namingFaults(`${verb} ${path} (store ${this.url})`, () => action(path));
  }
}
