import { StoreError } from './store.ts';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const SHA256 = /^[0-9a-f]{64}$/;

export function isObjectPath(path: string): boolean {
  return path.split('/').every((segment) => SEGMENT.test(segment));
}

/** Throws `refused` unless `path` names an object: relative, no `..`, nothing hidden, plain characters. */
export function checkObjectPath(path: string): void {
  if (isObjectPath(path)) return;
  throw new StoreError(
    'refused',
    `"${path}" cannot name an object of a store: it must be relative, of segments of letters, digits, "_", "-" and ` +
      '".", none of them starting with "."',
  );
}

/** Throws `refused` unless `prefix` is empty or an object path that ends in '/'. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  if (!prefix.endsWith('/')) {
    throw new StoreError('refused', `"${prefix}" is no prefix to list: it must end in "/"`);
  }
  checkObjectPath(prefix.slice(0, -1));
}

export function checkSha256(sha256: string): void {
  if (SHA256.test(sha256)) return;
  throw new StoreError('refused', `"${sha256}" is no SHA-256 digest: 64 hex digits expected`);
}
