/** What every store offers, `file://` and `s3://`; one conformance suite (`test/store/`) holds for all of them. */

/** An immutable, content-addressed object: `blobs/sha256/<first two hex digits>/<hex>`. `size` in bytes. */
export interface BlobRef {
  sha256: string;
  size: number;
}

/** What a listing tells of an object: bytes, and when it was last written (ms since 1970, by the store's clock). */
export interface StoredObject {
  path: string;
  size: number;
  modified: number;
}

/**
 * A blob that is older than this (ms) is written again when it is put again, so that a collection of garbage, whose grace
 * is longer, sees that somebody wants it.
 */
export const BLOB_FRESH = 60 * 60 * 1000;

export interface PutBlobOptions {
  /** Writes it even where a blob of that name and size stands: mends one that is damaged. */
  overwrite?: boolean;
}

/**
 * Objects are named by relative slash-separated paths of `[A-Za-z0-9._-]` segments that do not start with a dot;
 * anything else is refused. Whatever a method acknowledges is durable: it survives a crash of the machine the moment the
 * promise resolves (a removal may come back). Every method may throw `StoreError`.
 */
export interface Store {
  /** For people and messages, e.g. `file:///data/store`. */
  readonly url: string;

  /** Costs little where the blob stands already and is fresh. */
  putBlob(bytes: Uint8Array, options?: PutBlobOptions): Promise<BlobRef>;
  /** Streams a local file in, hashing on the way. */
  putBlobFile(file: string, options?: PutBlobOptions): Promise<BlobRef>;
  /** With `size`: only if it has that size too. Contents are not read. */
  hasBlob(sha256: string, size?: number): Promise<boolean>;
  /** Verified against its hash; throws `StoreError` `missing` or `corrupt`. */
  readBlob(sha256: string): Promise<Uint8Array>;
  /** Verified and renamed into place: `file` is complete or absent. Not synced: it can be fetched again. */
  fetchBlob(sha256: string, file: string): Promise<BlobRef>;

  /**
   * Create-only (S3: `If-None-Match: *`). False: an object already stands there and was left alone. It may be one's own
   * whose acknowledgement was lost: whoever minds reads it back and compares.
   */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Creates or replaces atomically: readers see the old bytes or the new. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** What any object, blobs included, really holds: hashed in little memory. */
  digest(path: string): Promise<BlobRef | undefined>;
  /** Streams a local file to a path (replacing), and back; `missing` where there is nothing to fetch. */
  putFile(path: string, file: string): Promise<BlobRef>;
  fetchFile(path: string, file: string): Promise<BlobRef>;
  /** Full paths of all objects below a prefix that ends in '/' (or is empty: of all), sorted. */
  list(prefix: string): Promise<string[]>;
  /** The same with sizes and ages. */
  measure(prefix: string): Promise<StoredObject[]>;
  /** Removing what is not there is no error. Only for what one attempt owns, or what is damaged. */
  remove(path: string): Promise<void>;
  /** What writers that died left behind before it became an object, for people; it is swept in time. */
  listUnfinished(): Promise<string[]>;
  /** Removes what was begun before a time (ms since 1970) and is still unfinished; returns what it was. */
  sweepUnfinished(before: number): Promise<string[]>;
}

export type StoreFault = 'missing' | 'corrupt' | 'unreachable' | 'full' | 'refused';

export class StoreError extends Error {
  readonly fault: StoreFault;
  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.fault = fault;
  }
}
