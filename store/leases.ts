import { setTimeout as sleep } from 'node:timers/promises';
import { CausedError } from '../contract/causes.ts';
import type { Attempt } from './attempts.ts';
import { claimPath, leasePath } from './layout.ts';
import { encodeRecord, type Lease } from './records.ts';
import type { Store } from './store.ts';

/** Whether a newer attempt was claimed: then this one is stale and must stop. */
export async function isSuperseded(store: Store, attempt: Attempt): Promise<boolean> {
  return (await store.read(claimPath(attempt.key, attempt.number + 1))) !== undefined;
}

export function superseded(): CausedError {
  return new CausedError('superseded', 'a newer attempt took over this block');
}

/** Tells observers that the attempt lives. False: it is superseded, and nothing was written. */
export async function renewLease(
  store: Store,
  attempt: Attempt,
  beat: number,
  step: number,
): Promise<boolean> {
  if (await isSuperseded(store, attempt)) return false;
  const { key, number } = attempt;
  const lease: Lease = { format: 1, key, attempt: number, beat, step };
  await store.replace(leasePath(key, number), encodeRecord(lease));
  return true;
}

export interface KeepLeaseOptions {
  /** Milliseconds between renewals, and until observers take an attempt that does not renew for dead. */
  renewal: number;
  lease: number;
  /** The last step that the trainer reported. */
  step: () => number;
}

export interface KeptLease {
  /** Aborted when the attempt is superseded, or, for the store's own reason, could not renew for the length of the lease. */
  lost: AbortSignal;
  /** Resolves when no renewal is under way any more. */
  stop(): Promise<void>;
}

/** Renews until stopped or lost. One beat at a time, so that at most one can follow a newer claim. */
export function keepLease(store: Store, attempt: Attempt, options: KeepLeaseOptions): KeptLease {
  const lost = new AbortController();
  const stopped = new AbortController();
  const beats = async (): Promise<void> => {
    let renewedAt = performance.now();
    for (let beat = 1; ; beat++) {
      await sleep(options.renewal, undefined, { signal: stopped.signal });
      try {
        if (!(await renewLease(store, attempt, beat, options.step())))
          return lost.abort(superseded());
        renewedAt = performance.now();
      } catch (error) {
        if (performance.now() - renewedAt > options.lease) return lost.abort(error);
      }
    }
  };
  const ended = beats().catch(() => {});
  return {
    lost: lost.signal,
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}

/**
 * Judges another's lease by this process's monotonic clock alone: it has lapsed when two reads at least `lease`
 * milliseconds apart, and all between, showed the same beat. Clocks of others are never trusted. After a long time without
 * a read it judges anew: whatever kept this process from reading kept the other from renewing.
 */
export interface LeaseObserver {
  hasLapsed(attempt: number, beat: number): boolean;
}

export function createLeaseObserver(
  lease: number,
  now: () => number = () => performance.now(),
): LeaseObserver {
  let seen = '';
  let since = 0;
  let last = 0;
  return {
    hasLapsed(attempt, beat) {
      const shown = `${attempt}/${beat}`;
      const at = now();
      if (shown !== seen || at - last > lease / 2) since = at;
      seen = shown;
      last = at;
      return at - since >= lease;
    },
  };
}
