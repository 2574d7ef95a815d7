import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  rootCause,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ComputeActivities, ControlActivities, PlacedUnit } from '../contract/activities.ts';
import { CAUSES, type Cause, type CauseName, isCauseName } from '../contract/causes.ts';
import { COMPUTE_ACTIVITY, CONTROL_ACTIVITY, STAGE_RETRY } from '../contract/timeouts.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';

/** Activities as workflows call them; `label` is what Temporal's UI shows on the activity's bar. */
export function controlActivities(label: string): ControlActivities {
  return proxyActivities<ControlActivities>({ ...CONTROL_ACTIVITY, summary: label });
}

/** Cancelling waits until the trainer has saved its checkpoint and is gone. */
export function computeActivities(label: string): ComputeActivities {
  return proxyActivities<ComputeActivities>({
    ...COMPUTE_ACTIVITY,
    taskQueue: TASK_QUEUES.compute,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: label,
  });
}

export interface StageFailure {
  cause: CauseName;
  message: string;
  /** Where it happened, in a cluster. */
  node?: string | undefined;
}

/**
 * Runs a compute stage again until it succeeds or its cause's budget is spent; every cause has a budget of its own, so
 * that pre-emptions never use up the retries of anything else. Cancellation passes through.
 */
export async function withBudgets<T>(
  stage: (spent: Pick<PlacedUnit, 'spent'>) => Promise<T>,
  onFailure: (failure: StageFailure) => void = () => undefined,
): Promise<T | StageFailure> {
  const spent = new Map<CauseName, number>();
  for (;;) {
    try {
      return await stage(spent.size > 0 ? { spent: Object.fromEntries(spent) } : {});
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = describeFailure(error);
      onFailure(failure);
      const failures = (spent.get(failure.cause) ?? 0) + 1;
      spent.set(failure.cause, failures);
      const { retries, outside }: Cause = CAUSES[failure.cause];
      if (failures > retries) return failure;
      const longest = outside ? STAGE_RETRY.lastOfOthers : STAGE_RETRY.last;
      await sleep(Math.min(STAGE_RETRY.first * 2 ** (failures - 1), longest));
    }
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
