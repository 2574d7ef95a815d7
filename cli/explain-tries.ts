import { findAttempt } from '../activities/gather-ledger.ts';
import { CAUSES, type Cause, type CauseName, isCauseName } from '../contract/causes.ts';
import type { TrainerWarning } from '../contract/trainer-warnings.ts';
import { type AttemptHistory, readHistory } from '../store/attempt-history.ts';
import { readEvaluationLog, readTrainingLog } from '../store/read-logs.ts';
import type { Store } from '../store/store.ts';
import type { Try } from '../store/tries.ts';

type Facts = Pick<
  Try,
  | 'pod'
  | 'node'
  | 'memory'
  | 'gpus'
  | 'avoidNodes'
  | 'queuedAt'
  | 'startingAt'
  | 'runningAt'
  | 'seenAt'
> & {
  /** That its trainer ran, in a cluster; null: none, or not told. */
  image: string | null;
};

/** One pod, or one trainer of a worker's machine. Times are ISO 8601; `seenAt` is its end, or when it was last seen. */
export interface ExplainedTry extends Facts {
  number: number;
  fromStep: number | null;
  lastStep: number | null;
  result: 'done' | 'interrupted' | 'failed' | 'stopped' | 'lost' | 'running';
  cause: CauseName | null;
  /** How the cause was recognised, what said so, and the end of the trainer's log. */
  recognised: string | null;
  evidence: string | null;
  log: string[];
  /** What Ratchet did about it. */
  action: string | null;
  /** Of its trainer. */
  warnings: TrainerWarning[];
}

const LOG_LINES = 12;

/** All tries at one unit, in order. `isLive`: the last of them may still run. */
export async function explainTries(
  store: Store,
  tries: Try[],
  isLive: boolean,
): Promise<ExplainedTry[]> {
  const [first] = tries;
  const history = first?.stage === 'train' ? await readHistory(store, first.unit) : [];
  return Promise.all(
    tries.map(async (one, index) => {
      const attempt = findAttempt(one, history);
      const next = tries[index + 1];
      return {
        number: index + 1,
        ...copyFacts(one),
        ...describeSteps(attempt),
        warnings: one.warnings ?? [],
        ...(await describeEnd(store, one, { attempt, next, isLive: isLive && !next })),
      };
    }),
  );
}

function copyFacts(one: Try): Facts {
  const { pod, node, image = null, memory, gpus, avoidNodes } = one;
  const { queuedAt, startingAt, runningAt, seenAt } = one;
  return { pod, node, image, memory, gpus, avoidNodes, queuedAt, startingAt, runningAt, seenAt };
}

function describeSteps(
  attempt: AttemptHistory | undefined,
): Pick<ExplainedTry, 'fromStep' | 'lastStep'> {
  if (!attempt?.start) return { fromStep: null, lastStep: null };
  const { start, outcome, lease } = attempt;
  return {
    fromStep: start.resumedFrom?.step ?? 0,
    lastStep: outcome?.step ?? lease?.step ?? null,
  };
}

type End = Omit<ExplainedTry, keyof Facts | 'number' | 'fromStep' | 'lastStep' | 'warnings'>;

const NOTHING = { cause: null, recognised: null, evidence: null, log: [], action: null };

async function describeEnd(
  store: Store,
  one: Try,
  around: { attempt: AttemptHistory | undefined; next: Try | undefined; isLive: boolean },
): Promise<End> {
  const { end } = one;
  if (!end) return around.isLive ? { ...NOTHING, result: 'running' } : LOST;
  if (!('cause' in end)) return { ...NOTHING, result: end.result };
  const cause = isCauseName(end.cause) ? end.cause : 'internal';
  return {
    result: end.result,
    cause,
    recognised: CAUSES[cause].recognised,
    evidence: end.message,
    log: end.result === 'failed' ? await readLogTail(store, one, around.attempt) : [],
    action: describeAction(CAUSES[cause], end.failures, one, around.next),
  };
}

const LOST: End = {
  ...NOTHING,
  result: 'lost',
  recognised: 'its worker died: nobody saw its end',
  action: CAUSES['worker-lost'].action,
};

/** What the cause calls for, and how that showed in the next try. */
function describeAction(
  { action, retries }: Cause,
  failures: number,
  one: Try,
  next: Try | undefined,
): string {
  if (retries === 0 && !next) return action;
  if (failures > retries && !next) return `gave up after ${retries} retries`;
  const avoided = (next?.avoidNodes ?? []).filter((name) => !one.avoidNodes.includes(name));
  const details = [
    `retry ${failures} of ${retries}`,
    ...(next?.memory !== undefined && next.memory !== one.memory
      ? [`memory ${one.memory} → ${next.memory}`]
      : []),
    ...avoided.map((name) => `without node ${name}`),
  ];
  return `${action} (${details.join(', ')})`;
}

async function readLogTail(
  store: Store,
  one: Try,
  attempt: AttemptHistory | undefined,
): Promise<string[]> {
  const log =
    one.stage === 'evaluate'
      ? await readEvaluationLog(store, one)
      : attempt && (await readTrainingLog(store, one.unit, attempt.number));
  const text = log?.trimEnd() ?? '';
  return text === '' ? [] : text.split('\n').slice(-LOG_LINES);
}
