import { setTimeout as delay } from 'node:timers/promises';
import { CLAIM_POLL, LEASE } from '../contract/timeouts.ts';
import { type Attempt, claimAttempt } from '../store/attempts.ts';
import { createLeaseObserver } from '../store/leases.ts';
import { identifySelf } from '../store/process-identity.ts';
import { type ComputeHooks, noSteps, type TrainResult, type TrainWork } from './compute.ts';

/** Ours to train, or there already: trained by a finished attempt, or committed. */
export type Claimed = { attempt: Attempt } | { result: TrainResult };

/** Claims the next attempt; while another holds one, waits until it commits, ends or lapses. */
export async function waitForClaim(work: TrainWork, hooks: ComputeHooks): Promise<Claimed> {
  const { store, key } = work;
  const owner = { ...identifySelf(), sweep: work.sweep, lineage: work.label };
  const observer = createLeaseObserver(LEASE);
  for (;;) {
    hooks.signal.throwIfAborted();
    const claim = await claimAttempt(store, key, owner, observer);
    switch (claim.state) {
      case 'claimed':
        return { attempt: claim.attempt };
      case 'committed':
        return { result: { attempt: null, computeSeconds: 0 } };
      case 'finished':
        return { result: { attempt: claim.outcome.attempt, computeSeconds: 0 } };
      case 'held':
        hooks.onProgress(noSteps('waiting'));
        await delay(CLAIM_POLL);
    }
  }
}
