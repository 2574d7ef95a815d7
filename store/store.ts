/** What every store offers, `file://` today; one conformance suite (`test/store/`) holds for all of them. */

/** An immutable, content-addressed object: `blobs/sha256/<first two hex digits>/<hex>`. `size` in bytes. */
export interface BlobRef {
  sha256: string;
  size: number;
}

/**
 * Objects are named by relative slash-separated paths of `[A-Za-z0-9._-]` segments; anything else is refused.
 * Whatever a method acknowledges is durable: it survives a crash of the machine the moment the promise resolves.
 */
export interface Store {
  /** For people and messages, e.g. `file:///data/store`. */
  readonly url: string;

  putBlob(bytes: Uint8Array): Promise<BlobRef>;
  /** Streams a local file in, hashing on the way. */
  putBlobFile(file: string): Promise<BlobRef>;
  hasBlob(sha256: string): Promise<boolean>;
  /** Verified against its hash; throws `StoreError` `missing` or `corrupt`. */
  readBlob(sha256: string): Promise<Uint8Array>;
  /** Verified, synced and renamed into place: `file` is complete or absent. */
  fetchBlob(sha256: string, file: string): Promise<void>;

  /** Create-only (S3: `If-None-Match: *`). False: somebody's object already stands there and was left alone. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Creates or replaces atomically: readers see the old bytes or the new. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** Streams a local file to a path (replacing), and back. */
  putFile(path: string, file: string): Promise<BlobRef>;
  fetchFile(path: string, file: string): Promise<void>;
  /** Full paths of all objects below a prefix that ends in '/', sorted. */
  list(prefix: string): Promise<string[]>;
  /** Removing what is not there is no error. Only for objects that one attempt owns, never for blobs. */
  remove(path: string): Promise<void>;
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
