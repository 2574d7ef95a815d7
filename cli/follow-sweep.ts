import { rootCause } from '@temporalio/common';
import {
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { SweepOutcome } from '../contract/workflows.ts';
import type { Plan } from '../plan/plan.ts';
import type { Session } from './connect.ts';
import { readProgress, type SweepView } from './progress.ts';

const LOOK_EVERY = 500;

/** `broken`: terminated by hand, or by an error in Ratchet or around it. */
export type EndState = SweepOutcome['state'] | 'detached' | 'broken';

/** Shows a sweep until it ends, through deaths of server, worker and supervisor; `detached` when `signal` aborts. */
export async function followSweep(
  session: Session,
  plan: Plan,
  show: (view: SweepView) => void,
  signal: AbortSignal,
): Promise<EndState> {
  while (!signal.aborted) {
    const ended = await session.ask((client) => readEnd(client.workflow.getHandle(plan.sweep)));
    if (ended) return ended;
    const view = await session.ask((client) => readProgress(client, plan));
    if (view) show(view);
    await delay(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
  }
  return 'detached';
}

/** How a sweep ended; undefined while it runs. */
export async function readEnd(handle: WorkflowHandle): Promise<EndState | undefined> {
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return undefined;
    if (status.name === 'CANCELLED') return 'cancelled';
    return ((await handle.result()) as SweepOutcome).state;
  } catch (error) {
    if (error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError)
      return 'broken';
    throw error;
  }
}

/** Why a sweep is `broken`, for people. */
export async function explainBroken(handle: WorkflowHandle): Promise<string> {
  try {
    await handle.result();
    return 'it ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'Temporal no longer knows it';
    return rootCause(error) ?? String(error);
  }
}
