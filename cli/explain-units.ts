import { CAUSES, type Cause, isCauseName } from '../contract/causes.ts';
import type { BlockFailure } from '../contract/workflows.ts';
import type { Store } from '../store/store.ts';
import type { Try, TryEnd } from '../store/tries.ts';
import { type ExplainedTry, explainTries } from './explain-tries.ts';
import type { ActivityView } from './progress.ts';

/** Everything about one unit of work: what happened, try by try, how it stands, and what comes next. */
export interface ExplainedUnit extends Standing {
  /** `condition/seed/domain`, or `condition/seed/base`. */
  unit: string;
  stage: string;
  tries: ExplainedTry[];
}

interface Standing {
  /** `again`: between two tries. `interrupted`: nobody works on it. */
  state: Exclude<Try['state'], 'ended'> | 'again' | 'done' | 'failed' | 'stopped' | 'interrupted';
  /** Why it does not run, in the cluster's words, and since when it is wanted. */
  message: string | null;
  since: string | null;
  progress: { step: number; steps: number } | null;
  /** What Ratchet does next, and what a person can do; null: nothing. */
  next: string | null;
  advice: string | null;
}

/** What is known of a unit from elsewhere than its tries. */
export interface UnitContext {
  /** Its lineage is not settled yet. */
  isLive: boolean;
  /** What its heartbeats tell. */
  activity: ActivityView | undefined;
  failure: BlockFailure | undefined;
  /** Seconds; null: it needs no pod. */
  startDeadline: number | null;
}

/** `tries`: all of them, in order. */
export async function explainUnit(
  store: Store,
  { label, stage, tries }: { label: string; stage: string; tries: Try[] },
  context: UnitContext,
): Promise<ExplainedUnit> {
  const standing = describeStanding(tries.at(-1), context);
  const explained = await explainTries(store, tries, context.isLive);
  return { unit: label, stage, ...standing, tries: explained };
}

const NOTHING = { message: null, since: null, progress: null, next: null, advice: null };

function describeStanding(last: Try | undefined, context: UnitContext): Standing {
  const { activity, failure, isLive } = context;
  if (failure) return describeFailure(failure);
  if (last?.end?.result === 'done') return { ...NOTHING, state: 'done' };
  if (!isLive) return describeIdle(last?.end ?? null);
  return activity ? describeActivity(activity, last, context) : describeBetween(last);
}

function describeFailure({ cause, message }: BlockFailure): Standing {
  const next = 'nothing: what depends on it is left out, everything else goes on';
  return { ...NOTHING, state: 'failed', message, next, advice: CAUSES[cause].mend };
}

function describeIdle(end: TryEnd | null): Standing {
  const next = 'nothing: the sweep does not run';
  const failure = end?.result === 'failed' && isCauseName(end.cause) ? end.cause : undefined;
  if (failure) return { ...NOTHING, state: 'failed', next, advice: CAUSES[failure].mend };
  const advice = '`ratchet resume` goes on from the last checkpoint';
  return { ...NOTHING, state: 'interrupted', next, advice };
}

function describeActivity(
  { stage, message, step, steps }: ActivityView,
  last: Try | undefined,
  { startDeadline }: UnitContext,
): Standing {
  const state = stage === 'train' || stage === 'evaluate' ? 'running' : stage;
  const deadline = startDeadline === null ? '' : `, ${startDeadline} s at most`;
  const NEXT: Record<typeof state, string | null> = {
    running: null,
    waiting:
      'it waits for another lineage that computes the same, and takes its result or its place',
    queued: 'it waits for its turn, however long that takes',
    unschedulable: `it waits for a node${deadline}`,
    starting: `it waits for its pod to start${deadline}, and for data and weights`,
  };
  return {
    state,
    message: message ?? null,
    since: last && !last.end ? last.queuedAt : null,
    progress: steps > 0 ? { step, steps } : null,
    next: NEXT[state],
    advice: state === 'unschedulable' ? CAUSES.unschedulable.mend : null,
  };
}

/** No heartbeat told of it yet. */
function describeBetween(last: Try | undefined): Standing {
  if (!last) return { ...NOTHING, state: 'waiting' };
  const { end, state, message, queuedAt } = last;
  if (end === null && state !== 'ended') return { ...NOTHING, state, message, since: queuedAt };
  if (end && 'cause' in end) return describeRetry(end);
  return { ...NOTHING, state: 'stopped', next: 'it goes on when the sweep does' };
}

function describeRetry({ cause, failures }: { cause: string; failures: number }): Standing {
  const { retries }: Cause = CAUSES[isCauseName(cause) ? cause : 'internal'];
  const next = `it is tried again: retry ${failures} of ${retries} for ${cause}`;
  return { ...NOTHING, state: 'again', next };
}
