import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readFile, stat } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { checkBlob, isFreshBlob, isMissing } from './blobs.ts';
import { fillFile } from './durable-files.ts';
import { namingFaults } from './file-errors.ts';
import { blobPath } from './layout.ts';
import { measureFile } from './measured-file.ts';
import { checkObjectPath, checkPrefix, checkSha256, isObjectPath } from './object-path.ts';
import { type Persistence, readPersistence } from './persistence.ts';
import { sha256Of } from './records.ts';
import { createS3Client, S3_TIMEOUTS, type S3Timeouts } from './s3-client.ts';
import { parseS3Url } from './s3-location.ts';
import { S3Objects } from './s3-objects.ts';
import { uploadInParts } from './s3-upload.ts';
import { giveUpUpload, listUnfinished } from './s3-uploads.ts';
import { type BlobRef, type PutBlobOptions, type Store, type StoredObject } from './store.ts';

const MIB = 1024 * 1024;
const MOST_PARTS = 10_000;

/** Bytes. Up to `oneRequest` a file is sent at once; above, in parts of at least `part`, as many as S3 takes. */
export interface UploadSizes {
  oneRequest: number;
  part: number;
}

export interface S3StoreOptions {
  /** Instead of the environment's. */
  endpoint?: string;
  persistence?: Persistence;
  timeouts?: S3Timeouts;
  sizes?: UploadSizes;
}

/**
 * A store in a bucket of any S3-compatible server that honours `If-None-Match`, by a URL `s3://bucket/prefix`. Asks nothing
 * of the server yet. Endpoint, region and credentials: see `createS3Client`.
 */
export async function openS3Store(url: string, options: S3StoreOptions = {}): Promise<Store> {
  const { persistence = readPersistence(), timeouts = S3_TIMEOUTS, endpoint } = options;
  const location = parseS3Url(url);
  const { answer } = timeouts;
  const client = await createClient(timeouts, endpoint);
  const slowClient = await createClient({ ...timeouts, silence: answer }, endpoint);
  const objects = new S3Objects({ ...location, client, slowClient, persistence, answer });
  return new S3Store(objects, options.sizes ?? { oneRequest: 32 * MIB, part: 16 * MIB });
}

function createClient(timeouts: S3Timeouts, endpoint: string | undefined): Promise<S3Client> {
  return namingFaults('read AWS_CA_BUNDLE', async () => createS3Client(timeouts, endpoint));
}

class S3Store implements Store {
  readonly url: string;
  readonly #objects: S3Objects;
  readonly #sizes: UploadSizes;

  constructor(objects: S3Objects, sizes: UploadSizes) {
    this.url = objects.url;
    this.#objects = objects;
    this.#sizes = sizes;
  }

  async putBlob(bytes: Uint8Array, options: PutBlobOptions = {}): Promise<BlobRef> {
    const ref = { sha256: sha256Of(bytes), size: bytes.length };
    if (options.overwrite || !(await this.#isFresh(ref)))
      await this.#objects.put(blobPath(ref.sha256), bytes);
    return ref;
  }

  async putBlobFile(file: string, options: PutBlobOptions = {}): Promise<BlobRef> {
    return this.#putLocal(file, async (ref) => {
      const stands = !options.overwrite && (await this.#isFresh(ref));
      return stands ? undefined : blobPath(ref.sha256);
    });
  }

  async hasBlob(sha256: string, size?: number): Promise<boolean> {
    checkSha256(sha256);
    const found = await this.#objects.head(blobPath(sha256));
    return found !== undefined && (size === undefined || found.size === size);
  }

  async readBlob(sha256: string): Promise<Uint8Array> {
    checkSha256(sha256);
    const path = blobPath(sha256);
    const bytes = await this.#objects.read(path);
    if (!bytes) throw isMissing(this.url, path);
    checkBlob(this.url, sha256, { sha256: sha256Of(bytes), size: bytes.length });
    return bytes;
  }

  async fetchBlob(sha256: string, file: string): Promise<BlobRef> {
    checkSha256(sha256);
    return this.#fetch(blobPath(sha256), file, (ref) => checkBlob(this.url, sha256, ref));
  }

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    checkObjectPath(path);
    return this.#objects.create(path, bytes);
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    checkObjectPath(path);
    await this.#objects.put(path, bytes);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    checkObjectPath(path);
    return this.#objects.read(path);
  }

  async digest(path: string): Promise<BlobRef | undefined> {
    checkObjectPath(path);
    const pieces = await this.#objects.open(path);
    return pieces && hashPieces(pieces, null);
  }

  async putFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    return this.#putLocal(file, () => path);
  }

  async fetchFile(path: string, file: string): Promise<BlobRef> {
    checkObjectPath(path);
    return this.#fetch(path, file, () => {});
  }

  async list(prefix: string): Promise<string[]> {
    return (await this.measure(prefix)).map(({ path }) => path);
  }

  async measure(prefix: string): Promise<StoredObject[]> {
    checkPrefix(prefix);
    return (await this.#objects.list(prefix)).filter(({ path }) => isObjectPath(path));
  }

  async remove(path: string): Promise<void> {
    checkObjectPath(path);
    await this.#objects.remove(path);
  }

  async listUnfinished(): Promise<string[]> {
    const uploads = await listUnfinished(this.#objects);
    return uploads.map(({ path, id }) => `${path} (upload ${id})`).toSorted();
  }

  async sweepUnfinished(before: number): Promise<string[]> {
    const stale = (await listUnfinished(this.#objects)).filter(({ began }) => began < before);
    for (const upload of stale) await giveUpUpload(this.#objects, upload);
    return stale.map(({ path, id }) => `${path} (upload ${id})`).toSorted();
  }

  async #isFresh(ref: BlobRef): Promise<boolean> {
    return isFreshBlob(ref, await this.#objects.head(blobPath(ref.sha256)));
  }

  /** `choosePath` is told what the file holds, and answers where it goes; undefined: nowhere. */
  async #putLocal(
    file: string,
    choosePath: (ref: BlobRef) => Promise<string | undefined> | string,
  ): Promise<BlobRef> {
    return namingFaults(`store ${file}`, async () => {
      const { size: expected } = await stat(file);
      if (expected <= this.#sizes.oneRequest) {
        const bytes = await readFile(file);
        const ref = { sha256: sha256Of(bytes), size: bytes.length };
        const path = await choosePath(ref);
        if (path !== undefined) await this.#objects.put(path, bytes);
        return ref;
      }
      const measured = await measureFile(file, choosePartBytes(expected, this.#sizes.part));
      const { sha256, size } = measured;
      const path = await choosePath({ sha256, size });
      if (path !== undefined) await uploadInParts(this.#objects, path, measured);
      return { sha256, size };
    });
  }

  async #fetch(path: string, file: string, check: (ref: BlobRef) => void): Promise<BlobRef> {
    const pieces = await this.#objects.open(path);
    if (!pieces) throw isMissing(this.url, path);
    return namingFaults(`fetch ${path} to ${file}`, () =>
      fillFile(file, async (target) => {
        const ref = await hashPieces(pieces, target);
        check(ref);
        return ref;
      }),
    );
  }
}

async function hashPieces(
  pieces: AsyncIterable<Uint8Array>,
  target: FileHandle | null,
): Promise<BlobRef> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    await target?.writeFile(piece);
    size += piece.length;
  }
  return { sha256: hash.digest('hex'), size };
}

function choosePartBytes(size: number, least: number): number {
  return Math.max(least, Math.ceil(size / MOST_PARTS / MIB) * MIB);
}
