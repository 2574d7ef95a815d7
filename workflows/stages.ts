import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  patched,
  proxyActivities,
  rootCause,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type {
  ComputeActivities,
  ControlActivities,
  PlacedUnit,
  UnitActivities,
} from '../contract/activities.ts';
import { CAUSES, type Cause, type CauseName, isCauseName } from '../contract/causes.ts';
import { COMPUTE_ACTIVITY, CONTROL_ACTIVITY, STAGE_RETRY } from '../contract/timeouts.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';

/** Activities as workflows call them; `label` is what Temporal's UI shows on the activity's bar. */
export function controlActivities(label: string): ControlActivities {
  return proxyActivities<ControlActivities>({ ...CONTROL_ACTIVITY, summary: label });
}

/** Cancelling waits until the trainer has saved its checkpoint and is gone. */
export function computeActivities(label: string): UnitActivities {
  return proxyActivities<UnitActivities>({
    ...COMPUTE_ACTIVITY,
    taskQueue: TASK_QUEUES.compute,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: label,
  });
}

/** Where pods are followed, with the patience of quick work: nobody else would end what is left. */
export function abandonActivity(label: string): ComputeActivities['abandon'] {
  const { compute } = TASK_QUEUES;
  const options = { ...CONTROL_ACTIVITY, taskQueue: compute, summary: `abandon ${label}` };
  return proxyActivities<Pick<ComputeActivities, 'abandon'>>(options).abandon;
}

export interface StageFailure {
  cause: CauseName;
  message: string;
  /** Where it happened, in a cluster. */
  node?: string | undefined;
}

/** Work that is tried again, and what is done between two tries of it. */
export interface Tried<T> {
  /** `onHeld` is to be called where it has to wait before it begins. */
  run: (spent: Pick<PlacedUnit, 'spent'>, onHeld: () => Promise<void>) => Promise<T>;
  /** Learns for the next try. False: that would fail alike. */
  learn: (failure: StageFailure) => boolean;
  /** Whether nothing may begin any more. */
  isSpent: () => Promise<boolean>;
  /** Ends the pod that an earlier try may have left. */
  abandon: () => Promise<void>;
}

/**
 * Runs a compute stage again until it succeeds or its cause's budget is spent; every cause has a budget of its own, so
 * that pre-emptions never use up the retries of anything else. Undefined: the sweep's budget is used up. Cancellation passes
 * through. However it ends, no pod is left that nobody follows.
 */
export async function withBudgets<T>(tried: Tried<T>): Promise<T | StageFailure | undefined> {
  const spent = new Map<CauseName, number>();
  let mayBeLeft = false;
  const abandon = async (): Promise<void> => {
    if (!mayBeLeft || !patched('abandon')) return;
    mayBeLeft = false;
    // What nobody can end now, `ratchet doctor` finds.
    await CancellationScope.nonCancellable(tried.abandon).catch(() => undefined);
  };
  try {
    for (;;) {
      try {
        const done = await tried.run(
          spent.size > 0 ? { spent: Object.fromEntries(spent) } : {},
          abandon,
        );
        mayBeLeft = false;
        return done;
      } catch (error) {
        if (isCancellation(error)) throw error;
        const failure = describeFailure(error);
        const isWorthIt = tried.learn(failure);
        const failures = (spent.get(failure.cause) ?? 0) + 1;
        spent.set(failure.cause, failures);
        const { retries, outside, leavesPod }: Cause = CAUSES[failure.cause];
        if (leavesPod) mayBeLeft = true;
        if (failures > retries || !isWorthIt) return failure;
        const longest = outside ? STAGE_RETRY.lastOfOthers : STAGE_RETRY.last;
        await sleep(Math.min(STAGE_RETRY.first * 2 ** (failures - 1), longest));
        // A pod that runs on has begun already.
        if (!leavesPod && (await tried.isSpent())) return undefined;
      }
    }
  } finally {
    await abandon();
  }
}

export function isFailure(value: unknown): value is StageFailure {
  return typeof value === 'object' && value !== null && 'cause' in value && 'message' in value;
}

/** The cause of a failed activity, and a message short enough for a history. */
export function describeFailure(error: unknown): StageFailure {
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)
    return { cause: 'worker-lost', message: error.cause.message };
  const message = (rootCause(error) ?? String(error)).slice(0, 500);
  const failure = error instanceof ActivityFailure ? error.cause : error;
  const type = failure instanceof ApplicationFailure ? failure.type : undefined;
  const cause = type && isCauseName(type) ? type : 'internal';
  const node: unknown = failure instanceof ApplicationFailure ? failure.details?.[0] : undefined;
  return { cause, message, ...(typeof node === 'string' && { node }) };
}
