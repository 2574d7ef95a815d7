import { blobPath } from './layout.ts';
import { BLOB_FRESH, type BlobRef, StoreError } from './store.ts';

/** Throws `corrupt` unless what was read is what the blob's name says. */
export function checkBlob(url: string, sha256: string, actual: BlobRef): void {
  if (actual.sha256 === sha256) return;
  throw new StoreError(
    'corrupt',
    `${blobPath(sha256)} in ${url} is damaged: its ${actual.size} bytes have the hash ${actual.sha256}`,
  );
}

export function isMissing(url: string, path: string): StoreError {
  return new StoreError('missing', `${path} is not in ${url}`);
}

/** Whether a blob that is put again may be left as it stands. */
export function isFreshBlob(
  { size }: BlobRef,
  found: { size: number; modified: number } | undefined,
): boolean {
  return found?.size === size && Date.now() - found.modified < BLOB_FRESH;
}
