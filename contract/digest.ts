import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** RFC 8785 (JSON Canonicalization Scheme): equal values give equal text. Throws on what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** SHA-256 as 64 lower-case hex digits. Pure JavaScript, so that deterministic folders and workflows can use it. */
export function sha256Hex(data: string | Uint8Array): string {
  return bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));
}

/** The digest of a JSON value: of its canonical text. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
