import { z } from 'zod';
import { type ComputeHooks, noSteps } from '../compute/compute.ts';
import {
  type EvaluatedCheckpoint,
  FIRST_PLACEMENT,
  type PlacedUnit,
  type TrainedBlock,
} from '../contract/activities.ts';
import { CAUSES, type Cause, CausedError } from '../contract/causes.ts';
import { type JobRequest, nameJob, type Stage } from '../k8s/job-request.ts';
import { type JobEnd, runJob } from '../k8s/run-job.ts';
import { settleJob } from '../k8s/settle-job.ts';
import { countAnswers } from '../plan/cells.ts';
import { findAttemptOf, findResult } from '../store/attempts.ts';
import { evaluationLogPath, logPath } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import { unitOf } from './account.ts';
import type { Cell } from './cells.ts';
import { type EarlyEnding, endAttempt } from './end-attempt.ts';
import { openCells } from './evaluate-checkpoint.ts';
import { LogKeeper } from './log-keeper.ts';
import { tellProgress } from './pod-progress.ts';
import type { PlannedUnit, Task } from './task.ts';
import type { TryMeter } from './try-meter.ts';

/** How a unit of work is followed from here while it is done in a pod. */
export interface UnitHooks extends Pick<ComputeHooks, 'signal' | 'onProgress'> {
  /** Whether an aborted `signal` means that another worker follows the pod from now on. */
  leave: () => Promise<boolean>;
  meter: TryMeter;
}

/**
 * Trains a block in a pod, whose carrier does what `trainBlock` does here. Where it was done while nobody followed, its Job is
 * all that is left to see to; what another lineage's pod did costs nothing here.
 */
export async function trainInPod(
  task: Task,
  unit: PlacedUnit,
  hooks: UnitHooks,
): Promise<TrainedBlock> {
  const { store } = task;
  const request = makeRequest('train', task, unit);
  const { key } = request;
  const standing = await findTrained(task, key);
  if (standing) {
    const own = await settleJob(request, { onState: (...told) => hooks.meter.seePod(...told) });
    return own ? standing : takeOver(standing);
  }
  const log = new LogKeeper(store, (pod) => findLogPath(store, key, pod));
  const job = nameJob(request);
  const progress = tellProgress(
    (told) => hooks.onProgress({ ...told, job }),
    (warnings) => hooks.meter.noteWarnings(warnings),
  );
  let gone = false;
  try {
    const end = await runJob(request, {
      ...hooks,
      ...progress,
      onWaiting: (message) => hooks.onProgress(noSteps('waiting', message)),
      isDone: async () => (await findTrained(task, key)) !== undefined,
      onState: (state, seen) => {
        log.pod = seen.pod ?? undefined;
        hooks.meter.seePod(state, seen);
        progress.onState(state);
      },
      onLog: (text, restarted) => log.add(text, restarted),
      onWithdrawn: async (pod) => {
        await log.flush();
        // Where it cannot be written, the next pod waits until the lease lapses.
        await endAttempt(store, key, pod, WITHDRAWN).catch(() => undefined);
      },
      onGone: () => {
        gone = true;
      },
    });
    if (end) noteTraffic(hooks.meter, end.lastWords);
    await log.close();
    const trained = await findTrained(task, key);
    if (trained) return end ? trained : takeOver(trained);
    if (!end) throw new CausedError('store-corrupt', GONE_AGAIN);
    const { verdict } = end;
    const { cause, message, node } = verdict;
    // What a lost node still runs keeps its claim: whoever comes next waits until it is done or lapses.
    if (gone && cause !== 'node-lost') await endAttempt(store, key, log.pod, endingOf(verdict));
    throw new CausedError(cause, message, { node });
  } catch (error) {
    if (gone && hooks.signal.aborted)
      await endAttempt(store, key, log.pod, { result: 'interrupted', reason: 'stopped' });
    throw error;
  } finally {
    await log.close();
  }
}

/** Predicts and scores a checkpoint's cells in a pod, whose carrier does what `evaluateCheckpoint` does here. */
export async function evaluateInPod(
  task: Task,
  unit: PlacedUnit,
  hooks: UnitHooks,
): Promise<EvaluatedCheckpoint> {
  let before = await openCells(task);
  const { length } = before.cells;
  const request = makeRequest('evaluate', task, unit);
  if (before.missing.length === 0) {
    await settleJob(request, { onState: (...told) => hooks.meter.seePod(...told) });
    return { computed: 0, reused: length, computeSeconds: 0 };
  }
  const { meter } = hooks;
  const job = nameJob(request);
  const progress = tellProgress(
    (told) => {
      meter.notePredicted(told.step);
      hooks.onProgress({ ...told, job });
    },
    (warnings) => meter.noteWarnings(warnings),
  );
  const log = new LogKeeper(task.store, async (pod) => evaluationLogPath(task.plan.sweep, pod));
  const end = await runJob(request, {
    ...hooks,
    ...progress,
    onWaiting: (message) => hooks.onProgress(noSteps('waiting', message)),
    isDone: async () => {
      before = await openCells(task);
      return before.missing.length === 0;
    },
    onState: (state, seen) => {
      log.pod = seen.pod ?? undefined;
      meter.seePod(state, seen);
      progress.onState(state);
    },
    onLog: (text, restarted) => log.add(text, restarted),
    onWithdrawn: () => log.flush(),
  }).finally(() => log.close());
  if (!end) return { computed: 0, reused: length, computeSeconds: 0 };
  noteTraffic(meter, end.lastWords);
  const { missing } = await openCells(task);
  meter.noteCommitted(sumAnswers(before.missing) - sumAnswers(missing));
  if (missing.length > 0) {
    const { cause, message, node } = end.verdict;
    throw new CausedError(cause, message, { node });
  }
  const computed = before.missing.length;
  return { computed, reused: length - computed, computeSeconds: secondsOf(end) };
}

async function findTrained({ store }: Task, key: string): Promise<TrainedBlock | undefined> {
  const found = await findResult(store, key);
  if (found.state === 'committed') return { attempt: null, computeSeconds: 0 };
  if (found.state === 'open') return undefined;
  const { attempt, computeSeconds } = found.outcome;
  return { attempt, computeSeconds };
}

/** A pod's name is its host name too, by which its attempt is found, once it has claimed one. */
async function findLogPath(store: Store, key: string, pod: string): Promise<string | undefined> {
  const attempt = await findAttemptOf(store, key, pod);
  return attempt && logPath(key, attempt.number);
}

/** Another lineage has paid for it. */
function takeOver({ attempt }: TrainedBlock): TrainedBlock {
  return { attempt, computeSeconds: 0 };
}

const GONE_AGAIN = 'the result of another lineage cannot be found any more';

function sumAnswers(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + countAnswers(cell), 0);
}

export function makeRequest(stage: Stage, task: PlannedUnit, placed: PlacedUnit): JobRequest {
  const { plan, lineage, label } = task;
  const { placement = FIRST_PLACEMENT, spent: _, ...unit } = placed;
  const { compute: settings, trainer } = plan.spec;
  if (settings.kind !== 'kubernetes') throw new TypeError('not a sweep for a cluster');
  return {
    stage,
    unit,
    key: unitOf(stage, task),
    condition: lineage.condition,
    seed: lineage.seed,
    block: label,
    placement,
    command: trainer.kind === 'command' ? trainer.command : ['node', 'dist/learner.mjs'],
    settings,
    hasBase: trainer.kind === 'command' && trainer.weights !== undefined,
  };
}

const WITHDRAWN = { result: 'interrupted', reason: 'the queue took the Job back' } as const;

function endingOf({ cause, message }: JobEnd['verdict']): EarlyEnding {
  const { outside }: Cause = CAUSES[cause];
  const said = message.slice(0, 2000);
  return outside
    ? { result: 'interrupted', reason: said }
    : { result: 'failed', cause, message: said };
}

const wordsSchema = z.object({ computeSeconds: z.number() });

const trafficSchema = z.object({
  sent: z.number().nonnegative(),
  received: z.number().nonnegative(),
});

/** A carrier that was killed said nothing of it. */
function noteTraffic(meter: TryMeter, lastWords: JobEnd['lastWords']): void {
  const traffic = trafficSchema.safeParse(lastWords).data;
  if (traffic) meter.noteCarried(traffic);
}

/** As the carrier said; nobody knows where it could not. */
function secondsOf({ lastWords }: JobEnd): number {
  return wordsSchema.safeParse(lastWords).data?.computeSeconds ?? 0;
}
