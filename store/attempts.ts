import { randomUUID } from 'node:crypto';
import {
  listAttempts,
  listPartials,
  readClaim,
  readLease,
  readOutcome,
} from './attempt-history.ts';
import { type Block, type BlockState, hasFiles, inspectBlock, recordDamage } from './blocks.ts';
import { claimPath, outcomePath, startPath } from './layout.ts';
import type { LeaseObserver } from './leases.ts';
import { hasEnded } from './process-identity.ts';
import {
  type BlockManifest,
  type Claim,
  createRecord,
  type DoneOutcome,
  type Outcome,
  type Owner,
  type Start,
  unlessDamaged,
} from './records.ts';
import { type Store, StoreError } from './store.ts';

/** One epoch of work on a block, held by one owner until a newer one is claimed. Numbered from 1 without gaps. */
export interface Attempt {
  key: string;
  number: number;
  /** How often the block was found damaged before: above 0, blobs must be put with `overwrite`. */
  round: number;
}

export type ClaimResult =
  | { state: 'claimed'; attempt: Attempt }
  /** Another works on it (its owner null: unreadable): ask again with the same observer, until it lapses or ends. */
  | { state: 'held'; attempt: number; owner: Owner | null }
  | Result;

type Result =
  /** Trained but not committed: `commitBlock(outcome.manifest)` is all that is left. */
  { state: 'finished'; outcome: DoneOutcome } | { state: 'committed'; block: Block };

/**
 * Claims the next attempt on a block unless its result is there or the newest attempt lives. An attempt has lapsed when
 * it has an outcome, when its process certainly ended, or when `observer` saw no renewal for the length of a lease.
 */
export async function claimAttempt(
  store: Store,
  key: string,
  owner: Owner,
  observer: LeaseObserver,
): Promise<ClaimResult> {
  const found = await findResult(store, key);
  if (found.state !== 'open') return found;
  const { round, newest, ended } = found;
  if (newest > 0 && !ended) {
    const holder = await readOwner(store, key, newest);
    const lapsed = (holder && hasEnded(holder)) || (await isStill(store, key, newest, observer));
    if (!lapsed) return { state: 'held', attempt: newest, owner: holder };
  }
  return claimNumber(store, { key, number: newest + 1, round }, owner);
}

/** A block's result; `open`: there is none. `newest`: the last attempt (0: none), and whether it has an outcome. */
export async function findResult(
  store: Store,
  key: string,
): Promise<Result | { state: 'open'; round: number; newest: number; ended: boolean }> {
  const block = await inspectBlock(store, key);
  if (block.state === 'intact') return { state: 'committed', block: block.block };
  const round = await openRound(store, key, block);
  const newest = (await listAttempts(store, key)).at(-1) ?? 0;
  const outcome = newest > 0 ? await unlessDamaged(readOutcome(store, key, newest)) : undefined;
  const done = await asResult(store, outcome, round);
  if (done) return { state: 'finished', outcome: done };
  return { state: 'open', round, newest, ended: outcome !== undefined };
}

async function openRound(
  store: Store,
  key: string,
  block: Exclude<BlockState, { state: 'intact' }>,
): Promise<number> {
  if (block.state === 'absent') return 0;
  return block.state === 'pruned' ? block.round : recordDamage(store, key, block, block.reasons);
}

/** The newest attempt on a block if it was claimed on that host, and its number and whether it has ended. */
export async function findAttemptOf(
  store: Store,
  key: string,
  host: string,
): Promise<(Attempt & { step: number; ended: boolean }) | undefined> {
  const number = (await listAttempts(store, key)).at(-1);
  if (number === undefined) return undefined;
  const claim = await unlessDamaged(readClaim(store, key, number));
  if (claim?.owner.host !== host) return undefined;
  const lease = await unlessDamaged(readLease(store, key, number));
  const outcome = await unlessDamaged(readOutcome(store, key, number));
  const { round } = claim;
  return { key, number, round, step: lease?.step ?? 0, ended: outcome !== undefined };
}

/** Says where the attempt goes on from, before it does: with the answer of `restoreNewestPartial`. */
export async function recordStart(
  store: Store,
  attempt: Attempt,
  { base, ...restored }: Pick<Start, 'resumedFrom' | 'damaged'> & { base?: string | undefined },
): Promise<void> {
  const { key, number } = attempt;
  const start: Start = { format: 1, key, attempt: number, ...restored, ...(base && { base }) };
  if (await createRecord(store, startPath(key, number), start)) return;
  throw new StoreError('refused', `attempt ${number} on block ${key} has started before`);
}

/** How an attempt ends. `step`: the last one that the trainer reported. */
export type Ending =
  | { result: 'done'; step: number; manifest: BlockManifest; computeSeconds: number }
  | { result: 'interrupted'; step: number; reason: string }
  | { result: 'failed'; step: number; cause: string; message: string }
  | { result: 'adopted'; step: number }
  | { result: 'lost'; step: number };

/**
 * Ends the attempt, which releases its claim; its lease must be stopped before. False: somebody took it for lost and
 * wrote that down first, so that this attempt is stale.
 */
export async function recordOutcome(
  store: Store,
  attempt: Attempt,
  ending: Ending,
): Promise<boolean> {
  const { key, number, round } = attempt;
  const lease = await unlessDamaged(readLease(store, key, number));
  const outcome: Outcome = {
    format: 1,
    key,
    attempt: number,
    round,
    beat: lease?.beat ?? 0,
    partials: await listPartials(store, key),
    endedAt: new Date().toISOString(),
    ...ending,
  };
  if (await createRecord(store, outcomePath(key, number), outcome)) return true;
  // Its own from an earlier try, perhaps: only `lost` is written by others.
  return (await readOutcome(store, key, number))?.result === ending.result;
}

/** Writes outcome `lost` for an attempt that has none. Returns the outcome that stands, if it can be read. */
export async function closeAttempt(
  store: Store,
  key: string,
  number: number,
): Promise<Outcome | undefined> {
  const outcome = await unlessDamaged(readOutcome(store, key, number));
  if (outcome) return outcome;
  const claim = await unlessDamaged(readClaim(store, key, number));
  if (!claim) return undefined;
  const lease = await unlessDamaged(readLease(store, key, number));
  const attempt = { key, number, round: claim.round };
  await recordOutcome(store, attempt, { result: 'lost', step: lease?.step ?? 0 });
  return unlessDamaged(readOutcome(store, key, number));
}

async function claimNumber(store: Store, attempt: Attempt, owner: Owner): Promise<ClaimResult> {
  const { key, number, round } = attempt;
  const claim: Claim = {
    format: 1,
    key,
    attempt: number,
    round,
    owner,
    nonce: randomUUID(),
    claimedAt: new Date().toISOString(),
  };
  if (!(await createRecord(store, claimPath(key, number), claim))) {
    return { state: 'held', attempt: number, owner: await readOwner(store, key, number) };
  }
  if (number > 1) {
    // The one before may have finished after all, between our last look at it and our claim.
    const done = await asResult(store, await closeAttempt(store, key, number - 1), round);
    if (done) {
      await recordOutcome(store, attempt, { result: 'adopted', step: 0 });
      return { state: 'finished', outcome: done };
    }
  }
  return { state: 'claimed', attempt };
}

/** The outcome if it is a training done for the present state of the block whose files are still there. */
async function asResult(
  store: Store,
  outcome: Outcome | undefined,
  round: number,
): Promise<DoneOutcome | undefined> {
  if (outcome?.result !== 'done' || outcome.round !== round) return undefined;
  return (await hasFiles(store, outcome.manifest.files)) ? outcome : undefined;
}

async function readOwner(store: Store, key: string, attempt: number): Promise<Owner | null> {
  return (await unlessDamaged(readClaim(store, key, attempt)))?.owner ?? null;
}

async function isStill(
  store: Store,
  key: string,
  attempt: number,
  observer: LeaseObserver,
): Promise<boolean> {
  const lease = await unlessDamaged(readLease(store, key, attempt));
  return observer.hasLapsed(attempt, lease?.beat ?? 0);
}
