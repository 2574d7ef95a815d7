import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isFreshBlob } from '../../store/blobs.ts';
import { blobPath } from '../../store/layout.ts';
import { checkObjectPath, checkPrefix, checkSha256 } from '../../store/object-path.ts';
import {
  type BlobRef,
  type PutBlobOptions,
  type Store,
  type StoredObject,
  StoreError,
} from '../../store/store.ts';

/** A store that forgets: it shows that the laws are no file system's, and makes tests of what is built on stores fast. */
export class MemoryStore implements Store {
  readonly url = `memory:${randomUUID()}`;
  readonly objects: Map<string, Buffer>;
  /** When each content was stored (ms since 1970). */
  static readonly #modified = new WeakMap<Buffer, number>();

  constructor(objects = new Map<string, Buffer>()) {
    this.objects = objects;
  }

  async putBlob(bytes: Uint8Array, options: PutBlobOptions = {}): Promise<BlobRef> {
    const ref = refOf(bytes);
    const path = blobPath(ref.sha256);
    if (!isFreshBlob(ref, this.#measure(path)) || options.overwrite) this.#set(path, bytes);
    return ref;
  }

  async putBlobFile(file: string, options?: PutBlobOptions): Promise<BlobRef> {
    return this.putBlob(await readFile(file), options);
  }

  async hasBlob(sha256: string, size?: number): Promise<boolean> {
    checkSha256(sha256);
    const found = this.objects.get(blobPath(sha256));
    return found !== undefined && (size === undefined || found.length === size);
  }

  async readBlob(sha256: string): Promise<Uint8Array> {
    checkSha256(sha256);
    const bytes = this.#require(blobPath(sha256));
    if (refOf(bytes).sha256 === sha256) return bytes;
    throw new StoreError('corrupt', `${blobPath(sha256)} is damaged`);
  }

  async fetchBlob(sha256: string, file: string): Promise<BlobRef> {
    return writeWhole(file, await this.readBlob(sha256));
  }

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    checkObjectPath(path);
    if (this.objects.has(path)) return false;
    this.#set(path, bytes);
    return true;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    checkObjectPath(path);
    this.#set(path, bytes);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    checkObjectPath(path);
    return this.objects.get(path);
  }

  async digest(path: string): Promise<BlobRef | undefined> {
    checkObjectPath(path);
    const bytes = this.objects.get(path);
    return bytes && refOf(bytes);
  }

  async putFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    const bytes = await readFile(file);
    this.#set(path, bytes);
    return refOf(bytes);
  }

  async fetchFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    return writeWhole(file, this.#require(path));
  }

  async list(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    return [...this.objects.keys()].filter((path) => path.startsWith(prefix)).toSorted();
  }

  async measure(prefix: string): Promise<StoredObject[]> {
    return (await this.list(prefix)).flatMap((path) => this.#measure(path) ?? []);
  }

  async remove(path: string): Promise<void> {
    checkObjectPath(path);
    this.objects.delete(path);
  }

  async listUnfinished(): Promise<string[]> {
    return [];
  }

  async sweepUnfinished(): Promise<string[]> {
    return [];
  }

  #measure(path: string): StoredObject | undefined {
    const bytes = this.objects.get(path);
    return bytes && { path, size: bytes.length, modified: MemoryStore.#modified.get(bytes) ?? 0 };
  }

  #set(path: string, bytes: Uint8Array): void {
    const copy = Buffer.from(bytes);
    MemoryStore.#modified.set(copy, Date.now());
    this.objects.set(path, copy);
  }

  #require(path: string): Buffer {
    const bytes = this.objects.get(path);
    if (bytes) return bytes;
    throw new StoreError('missing', `${path} is not in ${this.url}`);
  }
}

function refOf(bytes: Uint8Array): BlobRef {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}

async function writeWhole(file: string, bytes: Uint8Array): Promise<BlobRef> {
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
  return refOf(bytes);
}
