import type { TryObserver } from '../activities/try-observer.ts';
import type { Try } from '../store/tries.ts';
import type { Level, Log } from './log.ts';

/** A line for every state of every try, with what it belongs to. */
export function logTries(log: Log): TryObserver {
  return {
    onState: (one) => log(levelOf(one), describe(one), { ...fieldsOf(one), ...endOf(one) }),
    onLeft: (one) => log('info', `${nameOf(one)}: left to another worker`, fieldsOf(one)),
    onProgress: () => undefined,
    onCarried: () => undefined,
  };
}

function nameOf({ stage, condition, seed, block }: Try): string {
  return `${stage} ${condition}/${seed}/${block}`;
}

function describe(one: Try): string {
  return `${nameOf(one)}: ${one.end?.result ?? one.state}`;
}

function levelOf({ end }: Try): Level {
  if (end?.result === 'failed') return 'error';
  return end?.result === 'interrupted' ? 'warn' : 'info';
}

function fieldsOf({ key, condition, seed, block, stage, attempt, pod, node, state }: Try) {
  return { sweep: key, condition, seed, block, stage, attempt, pod, node, state };
}

function endOf({ end, message }: Try) {
  if (!end) return { why: message };
  return 'cause' in end ? { result: end.result, cause: end.cause, why: end.message } : end;
}
