import {
  attemptsFolder,
  claimPath,
  leasePath,
  outcomePath,
  parseAttemptPath,
  startPath,
} from './layout.ts';
import {
  type Claim,
  claimSchema,
  type Lease,
  leaseSchema,
  type Outcome,
  outcomeSchema,
  type PartialRef,
  readRecord,
  type Start,
  startSchema,
} from './records.ts';
import { type Store, StoreError } from './store.ts';

/** What the attempts on a block left in the store, read and never written here. */

/** The attempts on a block that were ever claimed, in order. */
export async function listAttempts(store: Store, key: string): Promise<number[]> {
  const paths = await store.list(attemptsFolder(key));
  return paths
    .map((path) => parseAttemptPath(key, path))
    .flatMap((at) => (at?.kind === 'claim' ? [at.attempt] : []))
    .toSorted((a, b) => a - b);
}

/** Complete partial checkpoints of all attempts on a block, the newest (highest step, then attempt) first. */
export async function listPartials(store: Store, key: string): Promise<PartialRef[]> {
  const paths = await store.list(attemptsFolder(key));
  return paths
    .map((path) => parseAttemptPath(key, path))
    .flatMap((at) =>
      at?.kind === 'partial-manifest' ? [{ attempt: at.attempt, step: at.step }] : [],
    )
    .toSorted((a, b) => b.step - a.step || b.attempt - a.attempt);
}

/** Of an attempt that was listed. */
export async function readClaim(store: Store, key: string, attempt: number): Promise<Claim> {
  const claim = await readRecord(store, claimPath(key, attempt), claimSchema);
  if (claim) return claim;
  throw new StoreError('missing', `${claimPath(key, attempt)} is not in ${store.url}`);
}

export function readLease(store: Store, key: string, attempt: number): Promise<Lease | undefined> {
  return readRecord(store, leasePath(key, attempt), leaseSchema);
}

export function readStart(store: Store, key: string, attempt: number): Promise<Start | undefined> {
  return readRecord(store, startPath(key, attempt), startSchema);
}

export function readOutcome(
  store: Store,
  key: string,
  attempt: number,
): Promise<Outcome | undefined> {
  return readRecord(store, outcomePath(key, attempt), outcomeSchema);
}
