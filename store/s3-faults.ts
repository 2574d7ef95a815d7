import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3ServiceException } from '@aws-sdk/client-s3';
import type { Persistence } from './persistence.ts';
import { type Repetition, REPETITIONS } from './repetitions.ts';
import { StoreError, type StoreFault } from './store.ts';

/** What no repetition mends, by the error's name, else by its status: the fault, in words, and how to mend it. */
const FINAL: Record<string, [StoreFault, string]> = {
  CredentialsProviderError: [
    'refused',
    'no credentials were found; give them as AWS tools expect (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, ' +
      'a role). A supervisor that runs already keeps the environment it was started with',
  ],
  NoSuchBucket: ['refused', 'the bucket does not exist; create it'],
  PermanentRedirect: ['refused', 'the bucket lies in another region; set AWS_REGION to its own'],
  AuthorizationHeaderMalformed: [
    'refused',
    'the bucket lies in another region; set AWS_REGION to its own',
  ],
  ExpiredToken: ['refused', 'the credentials have expired; renew them'],
  EntityTooLarge: ['full', 'the object is larger than the server allows'],
  QuotaExceeded: ['full', 'the quota of the bucket is used up; free some space or raise it'],
  XMinioStorageFull: ['full', 'no space left on the server; free some space there'],
  '301': ['refused', 'the bucket lies in another region; set AWS_REGION to its own'],
  '400': ['refused', 'the server does not understand the request; is it an S3 endpoint?'],
  '401': ['refused', 'the credentials were not accepted; check them'],
  '403': [
    'refused',
    'access denied; the credentials need the right to list the bucket, to read, write and delete its objects, and to list ' +
      'and abort multipart uploads',
  ],
  '404': ['refused', 'there is no such thing; is it an S3 endpoint?'],
  '405': ['refused', 'the server does not allow it; is it an S3 endpoint?'],
  '501': ['refused', 'the server does not implement it; another S3 server is needed'],
  '507': ['full', 'no space left on the server; free some space there'],
};

/** What arrived is not what the checksum says. */
const MISMATCHES = ['BadDigest', 'XAmzContentSHA256Mismatch'];

/**
 * Answered with 400 or 403, and mended by repetition all the same: by the clock's being off the SDK corrects itself, and
 * signs the next try by the server's.
 */
const MENDED = new Set([...MISMATCHES, 'IncompleteBody', 'RequestTimeout', 'RequestTimeTooSkewed']);

/**
 * So often it is asked before access counts as denied: MinIO also denies it where the folder that it writes to is being
 * removed after another object in it (minio/minio#15157 and others), and AWS while a right spreads.
 */
const DENIALS = 4;

const repetitions = channel(REPETITIONS);

export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** The error's code in S3's terms, e.g. `NoSuchUpload`, or what the network called it. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.name === 'Error' && code ? code : error.name;
}

/**
 * Repeats a request, with growing pauses of random length, until it succeeds, fails for good, or patience is over. A `StoreError` from `request` is final. What is said holds names and statuses only, no headers: those carry
 * credentials.
 */
export async function persist<T>(
  doing: string,
  { patience, firstPause, lastPause }: Persistence,
  request: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  let denials = 0;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, lastPause)) {
    try {
      return await request();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const denied = nameOf(error) === 'AccessDenied';
      if (denied) denials += 1;
      if (!denied || denials === DENIALS) throwIfFinal(doing, error);
      const wait = pause * (0.5 + Math.random() / 2);
      const spent = performance.now() - started;
      if (spent + wait > patience) throw unreachable(doing, spent, error);
      repetitions.publish({ doing, why: describe(error), spent } satisfies Repetition);
      await sleep(wait);
    }
  }
}

function throwIfFinal(doing: string, error: unknown): void {
  const name = nameOf(error);
  if (MENDED.has(name)) return;
  if (error instanceof Error && error.message.startsWith('Region is missing'))
    throw new StoreError('refused', `cannot ${doing}: no region is set; set AWS_REGION`);
  const status = String(statusOf(error));
  // Of these the answer's text tells more, and it may not have come.
  const vague = ['400', '403', '404'].includes(status) && !(error instanceof S3ServiceException);
  const final = FINAL[name] ?? (vague ? undefined : FINAL[status]);
  if (!final) return;
  const [fault, reason] = final;
  throw new StoreError(fault, `cannot ${doing}: ${reason} (${describe(error)})`);
}

function unreachable(doing: string, spent: number, error: unknown): StoreError {
  const hint = MISMATCHES.includes(nameOf(error))
    ? 'what arrives is not what was sent: did the file change meanwhile, or does something on the way change it?'
    : 'check that it is up and that AWS_ENDPOINT_URL_S3 is right';
  return new StoreError(
    'unreachable',
    `cannot ${doing}: the server gave no good answer for ${Math.round(spent / 1000)} s (${describe(error)}); ${hint}`,
  );
}

function describe(error: unknown): string {
  const name = nameOf(error).replace(/^Unknown(Error)?$/, '');
  return `${statusOf(error) ?? ''} ${name}`.trim();
}
