import type { Readable } from 'node:stream';
import { nameOf } from './s3-faults.ts';

/** What S3's answers to requests for one object mean. */

export interface Piece {
  bytes: Buffer;
  /** Of the whole object. */
  total: number;
  etag: string | undefined;
}

interface Answer {
  Body?: unknown;
  ContentLength?: number | undefined;
  ContentRange?: string | undefined;
  ETag?: string | undefined;
}

/** Into `buffer` if it is large enough. */
export async function readPiece(
  { Body, ContentLength = 0, ContentRange, ETag }: Answer,
  buffer?: Buffer,
): Promise<Piece> {
  const fits = buffer && buffer.length >= ContentLength;
  const bytes = fits ? buffer.subarray(0, ContentLength) : Buffer.allocUnsafeSlow(ContentLength);
  let size = 0;
  for await (const chunk of Body as Readable) {
    size += (chunk as Buffer).copy(bytes, size);
  }
  if (size !== ContentLength) throw new Error(`${size} of ${ContentLength} bytes came`);
  return { bytes, total: Number(ContentRange?.split('/')[1] ?? size), etag: ETag };
}

/** The bucket's own absence is no answer. */
export function isAbsence(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound', 'ObjectParentIsFile', 'ENOTDIR'].includes(nameOf(error));
}

export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Undefined: the upload was completed or aborted, or is so at this moment: then its parts are missing first. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (['NoSuchUpload', 'InvalidPart'].includes(nameOf(error))) return undefined;
    throw error;
  }
}
