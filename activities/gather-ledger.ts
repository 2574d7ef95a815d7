import type { Ledger, LedgerTry } from '../contract/ledger.ts';
import { divideTime, sumLedger, type Tried } from '../metrics/ledger.ts';
import { type AttemptHistory, readHistory } from '../store/attempt-history.ts';
import type { Store } from '../store/store.ts';
import { groupByUnit, readTries, type Try } from '../store/tries.ts';

/** What a sweep cost so far, from the tries that it paid for and the attempts that they became. */
export async function gatherLedger(store: Store, sweep: string): Promise<Ledger> {
  const tries: LedgerTry[] = [];
  for (const own of groupByUnit(await readTries(store, sweep))) {
    const [first] = own;
    const divided =
      first?.stage === 'train'
        ? divideTime(describeTraining(own, await readHistory(store, first.unit)))
        : own.flatMap((one) => divideTime([describeEvaluation(one)]));
    tries.push(...own.map((one, index) => enter(one, divided[index])));
  }
  const inOrder = tries.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return { rows: sumLedger(inOrder), tries: inOrder };
}

function enter(one: Try, spending: LedgerTry['spending'] | undefined): LedgerTry {
  const { condition, seed, block, stage, gpus, end } = one;
  return {
    condition,
    seed,
    block,
    stage,
    unit: gpus > 0 ? 'GPU' : 'processor',
    devices: devicesOf(one),
    image: one.image ?? null,
    result: resultOf(one),
    cause: end && 'cause' in end ? end.cause : null,
    start: one.queuedAt,
    end: one.seenAt,
    spending: spending ?? { useful: 0, repeated: 0, failed: 0, starting: 0, queued: 0 },
    telemetry: one.telemetry ?? null,
    warnings: one.warnings ?? [],
  };
}

/** A trainer without GPUs counts as one. */
function devicesOf({ gpus }: Try): number {
  return Math.max(1, gpus);
}

/** Of a block's tries: what an attempt wrote about its steps says more than who followed it could see. */
function describeTraining(tries: Try[], history: AttemptHistory[]): Tried[] {
  const newest = Math.max(0, ...history.map(({ claim }) => claim?.round ?? 0));
  return tries.map((one) => {
    const attempt = findAttempt(one, history);
    const result = resultOf(one);
    const steps = attempt ? stepsOf(attempt, result === 'failed') : null;
    return { ...timesOf(one), round: attempt?.claim?.round ?? newest, steps, result };
  });
}

/** A pod is the host of the attempt that it claimed. */
export function findAttempt(one: Try, history: AttemptHistory[]): AttemptHistory | undefined {
  return history.find(
    ({ number, claim }) =>
      number === one.attempt || (one.pod !== null && claim?.owner.host === one.pod),
  );
}

function stepsOf(
  { number, start, lease, outcome }: AttemptHistory,
  failed: boolean,
): Tried['steps'] {
  if (!start) return null;
  const from = start.resumedFrom?.step ?? 0;
  if (!outcome) {
    const last = lease?.step ?? from;
    return { from, last, kept: last };
  }
  const own = outcome.partials.filter(({ attempt }) => attempt === number);
  const durable = Math.max(from, ...own.map(({ step }) => step));
  const last = Math.max(outcome.step, durable);
  if (outcome.result === 'done') return { from, last, kept: last };
  return { from, last, kept: failed ? from : durable };
}

function describeEvaluation(one: Try): Tried {
  const { predicted, committed } = one;
  const result = resultOf(one);
  const isOpen = result === null || result === 'done';
  const steps = { from: 0, last: predicted, kept: isOpen ? predicted : committed };
  return { ...timesOf(one), round: 0, steps, result };
}

function resultOf({ end }: Try): LedgerTry['result'] {
  if (end?.result === 'stopped') return 'interrupted';
  return end?.result ?? null;
}

function timesOf(one: Try): Pick<Tried, 'queued' | 'starting' | 'running' | 'devices'> {
  const [queuedAt, seenAt] = [Date.parse(one.queuedAt), Date.parse(one.seenAt)];
  const startingAt = one.startingAt === null ? seenAt : Date.parse(one.startingAt);
  const runningAt = one.runningAt === null ? seenAt : Date.parse(one.runningAt);
  return {
    queued: (startingAt - queuedAt) / 1000,
    starting: (runningAt - startingAt) / 1000,
    running: (seenAt - runningAt) / 1000,
    devices: devicesOf(one),
  };
}
