import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { API_RETRY, SERVER_PATIENCE, SERVER_TIMEOUT } from '../contract/timeouts.ts';
import { isRunning } from './is-running.ts';

export function isShutdown(reason: unknown): boolean {
  return reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN';
}

/** Either side heard nothing of the other for too long: nobody wished the activity to end. */
function isOutage(reason: unknown): boolean {
  return reason instanceof CancelledFailure && ['TIMED_OUT', 'NOT_FOUND'].includes(reason.message);
}

/**
 * Whether another activity will follow the pod of one that was told to end, for this `reason`. After an outage its lineage
 * begins another, unless it has ended meanwhile, which only the server knows. Where the server stays away the pod is left
 * alone: nobody wished it to end, and whoever comes later finds it.
 */
export async function isFollowedOn(
  client: Client,
  lineage: string,
  reason: unknown,
): Promise<boolean> {
  if (!isOutage(reason)) return isShutdown(reason);
  const deadline = performance.now() + SERVER_PATIENCE;
  while (performance.now() < deadline) {
    try {
      return await client.withDeadline(Date.now() + SERVER_TIMEOUT, () =>
        isRunning(client, lineage),
      );
    } catch {
      await delay(API_RETRY);
    }
  }
  return true;
}
