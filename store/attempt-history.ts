import type { z } from 'zod';
import {
  attemptsFolder,
  claimPath,
  leasePath,
  outcomePath,
  parsePath,
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
  unlessDamaged,
} from './records.ts';
import { type Store, StoreError } from './store.ts';

/** What the attempts on a block left in the store, read and never written here. */

/** The attempts on a block that were ever claimed, in order. */
export async function listAttempts(store: Store, key: string): Promise<number[]> {
  const paths = await store.list(attemptsFolder(key));
  return paths
    .map(parsePath)
    .flatMap((place) => (place?.kind === 'claim' ? [place.attempt] : []))
    .toSorted((a, b) => a - b);
}

/** Complete partial checkpoints of all attempts on a block, the newest (highest step, then attempt) first. */
export async function listPartials(store: Store, key: string): Promise<PartialRef[]> {
  const paths = await store.list(attemptsFolder(key));
  return paths
    .map(parsePath)
    .flatMap((place) =>
      place?.kind === 'partial' ? [{ attempt: place.attempt, step: place.step }] : [],
    )
    .toSorted((a, b) => b.step - a.step || b.attempt - a.attempt);
}

/** Of an attempt that was listed. This and the readings below throw `corrupt` where a record is damaged or misplaced. */
export async function readClaim(store: Store, key: string, attempt: number): Promise<Claim> {
  const path = claimPath(key, attempt);
  const claim = await readOwn(store, key, attempt, path, claimSchema);
  if (claim) return claim;
  throw new StoreError('missing', `${path} is not in ${store.url}`);
}

export function readLease(store: Store, key: string, attempt: number): Promise<Lease | undefined> {
  return readOwn(store, key, attempt, leasePath(key, attempt), leaseSchema);
}

function readStart(store: Store, key: string, attempt: number): Promise<Start | undefined> {
  return readOwn(store, key, attempt, startPath(key, attempt), startSchema);
}

export function readOutcome(
  store: Store,
  key: string,
  attempt: number,
): Promise<Outcome | undefined> {
  return readOwn(store, key, attempt, outcomePath(key, attempt), outcomeSchema);
}

async function readOwn<T extends { key: string; attempt: number }>(
  store: Store,
  key: string,
  attempt: number,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const record = await readRecord(store, path, schema);
  if (!record || (record.key === key && record.attempt === attempt)) return record;
  throw new StoreError(
    'corrupt',
    `${path} is damaged: it belongs to attempt ${record.attempt} on block ${record.key}`,
  );
}

/** What one attempt left; null: not written, or damaged. */
export interface AttemptHistory {
  number: number;
  claim: Claim | null;
  lease: Lease | null;
  start: Start | null;
  outcome: Outcome | null;
}

/** All attempts on a block, in order. `read` decides what happens where a record is damaged. */
export async function readHistory(
  store: Store,
  key: string,
  read: <T>(reading: Promise<T>) => Promise<T | undefined> = unlessDamaged,
): Promise<AttemptHistory[]> {
  const numbers = await listAttempts(store, key);
  return Promise.all(
    numbers.map(async (number) => ({
      number,
      claim: (await read(readClaim(store, key, number))) ?? null,
      lease: (await read(readLease(store, key, number))) ?? null,
      start: (await read(readStart(store, key, number))) ?? null,
      outcome: (await read(readOutcome(store, key, number))) ?? null,
    })),
  );
}

/**
 * Steps that were done more than once: all steps done less those that count, round by round. Of a lost attempt only what
 * its last renewal and its checkpoints tell is known.
 */
export function countRepeatedSteps(history: AttemptHistory[]): number {
  const rounds = new Map<number, { done: number; furthest: number }>();
  for (const { number, start, outcome } of history) {
    if (!start || !outcome) continue;
    const own = outcome.partials.filter(({ attempt }) => attempt === number);
    const last = Math.max(outcome.step, ...own.map(({ step }) => step));
    const first = start.resumedFrom?.step ?? 0;
    const before = rounds.get(outcome.round) ?? { done: 0, furthest: 0 };
    rounds.set(outcome.round, {
      done: before.done + Math.max(0, last - first),
      furthest: Math.max(before.furthest, last),
    });
  }
  return [...rounds.values()].reduce(
    (sum, round) => sum + Math.max(0, round.done - round.furthest),
    0,
  );
}
