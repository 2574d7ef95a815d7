import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { Persistence } from './persistence.ts';
import { isAbsence, type Piece, readPiece, unlessAbsent } from './s3-answers.ts';
import { persist, statusOf } from './s3-faults.ts';
import type { S3Location } from './s3-location.ts';
import { type StoredObject, StoreError } from './store.ts';

const PIECE_BYTES = 16 * 1024 * 1024;
const PIECES_AHEAD = 4;
/** Below the sockets there are: a request that waits for one counts as one that cannot connect. */
const REQUESTS_AT_ONCE = 48;
/** Bytes a second that a connection carries at least; slower ones are not waited for. */
const SLOWEST = 128 * 1024;

/** What stands at a path. `checksum`: base64, of the parts' checksums where it was uploaded in parts. */
export interface S3Head {
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
  checksum: string | undefined;
}

export interface S3ObjectsOptions extends S3Location {
  client: S3Client;
  /** Waits longer, for what a server may brood over. */
  slowClient: S3Client;
  persistence: Persistence;
  /** Milliseconds until an answer begins, for a request without a body. */
  answer: number;
}

/** Objects of a bucket below a prefix, their paths checked before. Every request is repeated as `persist` says. */
export class S3Objects {
  readonly bucket: string;
  readonly url: string;
  readonly #options: S3ObjectsOptions;
  readonly #limit = pLimit(REQUESTS_AT_ONCE);

  constructor(options: S3ObjectsOptions) {
    this.#options = options;
    this.bucket = options.bucket;
    this.url = `s3://${options.bucket}/${options.prefix}`.replace(/\/$/, '');
  }

  keyOf(path: string): string {
    return this.#options.prefix + path;
  }

  pathOf(key: string): string {
    return key.slice(this.#options.prefix.length);
  }

  /** Repeats `request` until it is answered, a bounded number of all requests at once. `bytes`: the size of its body. */
  request<T>(
    doing: string,
    request: (client: S3Client, options: { requestTimeout: number }) => Promise<T>,
    { bytes = 0, slow = false } = {},
  ): Promise<T> {
    const { persistence, answer } = this.#options;
    const client = slow ? this.#options.slowClient : this.#options.client;
    const requestTimeout = answer + (1000 * bytes) / SLOWEST;
    return persist(`${doing} (store ${this.url})`, persistence, () =>
      this.#limit(() => request(client, { requestTimeout })),
    );
  }

  /** Creates or replaces. */
  async put(path: string, bytes: Uint8Array): Promise<void> {
    const command = this.#putCommand(path, bytes);
    await this.request(`write ${path}`, (client, options) => client.send(command, options), {
      bytes: bytes.length,
    });
  }

  /**
   * Only where nothing stands; false: something does. When an earlier try went unanswered, what stands may be its own
   * doing: it is read back, and the same bytes are a success.
   */
  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    const command = this.#putCommand(path, bytes, '*');
    let unanswered = false;
    return this.request(
      `create ${path}`,
      async (client, options) => {
        try {
          await client.send(command, options);
          return true;
        } catch (error) {
          const status = statusOf(error);
          if (status === 412) return unanswered && (await this.#holds(client, path, bytes));
          // 409: another's write is under way; this one was not executed.
          unanswered ||= status !== 409;
          throw error;
        }
      },
      { bytes: bytes.length },
    );
  }

  /** Undefined where nothing stands. */
  head(path: string): Promise<S3Head | undefined> {
    return this.request(`look at ${path}`, (client) => this.lookAt(client, path));
  }

  /** Asks once: for use within a request. */
  async lookAt(client: S3Client, path: string): Promise<S3Head | undefined> {
    const place = { Bucket: this.bucket, Key: this.keyOf(path) };
    const command = new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' });
    const found = await unlessAbsent(client.send(command));
    if (!found) return undefined;
    const { ContentLength: size = 0, LastModified, ChecksumSHA256: checksum } = found;
    return { size, modified: LastModified?.getTime() ?? 0, checksum };
  }

  /**
   * All bytes in order, in pieces of which a few are fetched ahead; undefined where nothing stands. A piece is valid until
   * the next is asked for. The pieces throw `corrupt` if the object is replaced meanwhile.
   */
  async open(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const first = await this.#getPiece(path, 0);
    return first && this.#readOn(path, first);
  }

  async read(path: string): Promise<Buffer | undefined> {
    const first = await this.#getPiece(path, 0);
    if (!first || first.bytes.length === first.total) return first?.bytes;
    const all = Buffer.allocUnsafeSlow(first.total);
    let size = 0;
    for await (const piece of this.#readOn(path, first)) {
      all.set(piece, size);
      size += piece.length;
    }
    return all;
  }

  async *#readOn(path: string, first: Piece): AsyncGenerator<Uint8Array> {
    const ahead: Promise<Piece | undefined>[] = [Promise.resolve(first)];
    /** Used again: what is thrown away would only be collected much later. */
    const spent: Buffer[] = [];
    for (let next = first.bytes.length; ; ) {
      while (ahead.length < PIECES_AHEAD && next < first.total) {
        const piece = this.#getPiece(path, next, { etag: first.etag, buffer: spent.pop() });
        piece.catch(() => {}); // Whoever awaits its turn is told.
        ahead.push(piece);
        next += PIECE_BYTES;
      }
      const turn = ahead.shift();
      if (!turn) return;
      const piece = await turn;
      if (!piece) throw new StoreError('missing', `${path} in ${this.url} was removed meanwhile`);
      yield piece.bytes;
      spent.push(piece.bytes);
    }
  }

  #getPiece(
    path: string,
    start: number,
    of: { etag?: string | undefined; buffer?: Buffer | undefined } = {},
  ): Promise<Piece | undefined> {
    const place = { Bucket: this.bucket, Key: this.keyOf(path) };
    const Range = `bytes=${start}-${start + PIECE_BYTES - 1}`;
    return this.request(`read ${path}`, async (client, options) => {
      try {
        const command = new GetObjectCommand({ ...place, Range, IfMatch: of.etag });
        return await readPiece(await client.send(command, options), of.buffer);
      } catch (error) {
        if (isAbsence(error)) return undefined;
        // No range of an empty object can be satisfied.
        if (statusOf(error) === 416)
          return readPiece(await client.send(new GetObjectCommand(place), options));
        if (statusOf(error) !== 412) throw error;
        throw new StoreError('corrupt', `${path} in ${this.url} was replaced while it was read`);
      }
    });
  }

  /** Sorted by path. */
  async list(prefix: string): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const command = new ListObjectsV2Command({
        Bucket: this.bucket,
        Prefix: this.keyOf(prefix),
        ContinuationToken: token,
      });
      const page = await this.request(`list ${prefix || 'everything'}`, (client, options) =>
        client.send(command, options),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        found.push({ path: this.pathOf(Key), size: Size, modified: LastModified?.getTime() ?? 0 });
      }
      token = page.NextContinuationToken;
    }
    return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Nothing is wrong where nothing stands. Never conditional: some servers remove what does not match. */
  async remove(path: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: this.keyOf(path) });
    await this.request(`remove ${path}`, (client, options) =>
      unlessAbsent(client.send(command, options)),
    );
  }

  #putCommand(path: string, bytes: Uint8Array, condition?: '*'): PutObjectCommand {
    return new PutObjectCommand({
      Bucket: this.bucket,
      Key: this.keyOf(path),
      Body: bytes,
      ContentLength: bytes.length,
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      ...(condition && { IfNoneMatch: condition }),
    });
  }

  async #holds(client: S3Client, path: string, bytes: Uint8Array): Promise<boolean> {
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: this.keyOf(path) });
    const found = await unlessAbsent(client.send(command));
    return found !== undefined && Buffer.compare((await readPiece(found)).bytes, bytes) === 0;
  }
}
