import type { CoreV1Event, V1Job, V1Pod, V1PodCondition } from '@kubernetes/client-node';
import { type CauseName, isCauseName } from '../contract/causes.ts';
import { causeOfWords, WORDS_JUDGED, WORDS_SHOWN } from '../contract/last-words.ts';
import { TRAINER_EXIT } from '../contract/trainer.ts';
import { CONTAINERS } from './labels.ts';
import { endOf, findCondition } from './pod-state.ts';
import { findRefusal } from './refused-pods.ts';

/** Everything that the cluster says of a Job that brought no result and that we did not stop. */
export interface Evidence {
  job: V1Job | undefined;
  /** The last one that it had. */
  pod: V1Pod | undefined;
  /** Warnings about the Job. */
  events: CoreV1Event[];
  /** The pod was deleted long ago and does not end: its node does not answer. */
  lost: boolean;
}

export interface Verdict {
  cause: CauseName;
  message: string;
  node: string | null;
}

/**
 * Why a Job failed. A committed result and our own wish were looked at before; then, in this order: the cluster took the
 * pod away, the node was lost, the carrier says why, memory, the trainer's own exit code, what its last words say of its
 * GPU, and only then a bug; a carrier that was killed comes last.
 */
export function decideCause(evidence: Evidence): Verdict {
  const { pod } = evidence;
  const node = pod?.spec?.nodeName ?? null;
  const disruption = judgeDisruption(evidence);
  const lost = describeLoss(pod);
  const [cause, message] =
    disruption ??
    judgeCarrier(pod) ??
    judgeLoss(lost) ??
    judgeTrainer(pod) ??
    judgeSilentCarrier(pod) ??
    judgeJob(evidence);
  return { cause, message: disruption && lost ? `${message}; ${lost}` : message, node };
}

type Judgement = [CauseName, string] | undefined;

const DISRUPTIONS: Record<string, CauseName> = {
  PreemptionByScheduler: 'preempted',
  EvictionByEvictionAPI: 'evicted',
  TerminationByKubelet: 'evicted',
  DeletionByTaintManager: 'node-lost',
  DeletionByPodGC: 'node-lost',
};

function judgeDisruption({ job, pod, lost }: Evidence): Judgement {
  const judged = judgeFullDisk(pod) ?? judgeCondition(findCondition(pod, 'DisruptionTarget'));
  if (judged) return judged;
  if (job?.spec?.suspend && !lost) return ['preempted', 'the queue took the Job back'];
  return judgeNode(pod, lost);
}

function judgeNode(pod: V1Pod | undefined, lost: boolean): Judgement {
  const { reason = '', message = '' } = pod?.status ?? {};
  if (reason === 'Evicted') return ['evicted', `the node evicted the pod: ${message}`];
  if (lost || LOST_NODE.includes(reason))
    return ['node-lost', `node ${pod?.spec?.nodeName} does not answer`];
  return undefined;
}

/** An eviction that would come again on every node: the pod, not its node, has used up what it may. */
function judgeFullDisk(pod: V1Pod | undefined): Judgement {
  const { reason, message = '' } = pod?.status ?? {};
  const full =
    reason === 'Evicted' &&
    /exceed(s the|s the total|ed its local ephemeral storage) limit/.test(message);
  return full ? ['disk-full', `the pod was evicted: ${message}`] : undefined;
}

function judgeCondition(condition: V1PodCondition | undefined): Judgement {
  if (condition?.status !== 'True') return undefined;
  const { reason = '', message = '' } = condition;
  return [DISRUPTIONS[reason] ?? 'preempted', `${reason}: ${message}`];
}

const LOST_NODE = ['NodeLost', 'NodeShutdown'];

/** A pod was told to stop, its trainer saved, and its carrier was killed before that was stored. */
function describeLoss(pod: V1Pod | undefined): string | undefined {
  const [trainer, carrier] = [endOf(pod, CONTAINERS.trainer), endOf(pod, CONTAINERS.carrier)];
  const isLost =
    trainer?.exitCode === TRAINER_EXIT.interrupted &&
    carrier?.exitCode === SIGKILLED &&
    carrier.reason !== 'OOMKilled' &&
    pod?.metadata?.deletionTimestamp !== undefined;
  return isLost
    ? 'what it had saved was not stored within the grace period (compute.gracePeriod)'
    : undefined;
}

function judgeLoss(lost: string | undefined): Judgement {
  return lost === undefined ? undefined : ['grace-exceeded', lost];
}

/** What a carrier leaves as its termination message when it gives up. */
function judgeCarrier(pod: V1Pod | undefined): Judgement {
  const ended = endOf(pod, CONTAINERS.carrier);
  if (ended?.reason === 'OOMKilled') return ['host-oom', 'the carrier ran out of memory'];
  const { cause, message = '' } = readLastWords(ended?.message);
  return typeof cause === 'string' && isCauseName(cause) ? [cause, String(message)] : undefined;
}

/** The termination message of a carrier; nothing where it had none or was killed. */
export function readLastWords(text: string | undefined): Record<string, unknown> {
  try {
    const words: unknown = JSON.parse(text ?? '');
    return typeof words === 'object' && words !== null ? { ...words } : {};
  } catch {
    return {};
  }
}

function judgeTrainer(pod: V1Pod | undefined): Judgement {
  const ended = endOf(pod, CONTAINERS.trainer);
  if (!ended) return undefined;
  const { reason, exitCode, message = '' } = ended;
  // Whatever its exit code: the shell of a pipeline may have ended with 0.
  if (reason === 'OOMKilled')
    return ['host-oom', 'the trainer took more memory than compute.memory'];
  const log = message.trimEnd().slice(-WORDS_JUDGED) || 'it left no log';
  const tail = log.slice(-WORDS_SHOWN);
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return ['configuration', `the trainer's command cannot be started: ${tail}`];
  return exitCode === TRAINER_EXIT.done ? judgeSilence(pod) : judgeExit(exitCode, log, tail);
}

function judgeExit(exitCode: number, log: string, tail: string): Judgement {
  switch (exitCode) {
    case TRAINER_EXIT.configuration:
      return ['configuration', `the trainer refuses its configuration: ${tail}`];
    case TRAINER_EXIT.damaged:
      return ['store-corrupt', `the trainer was given damaged files: ${tail}`];
    case TRAINER_EXIT.interrupted:
    case SIGTERMED:
    case SIGKILLED:
      return ['preempted', `the trainer was ended from outside (exit ${exitCode})`];
    default:
      return [causeOfWords(log) ?? 'trainer-bug', `the trainer failed (exit ${exitCode}): ${tail}`];
  }
}

/** It left no last words, and its trainer might run for ever. */
function judgeSilentCarrier(pod: V1Pod | undefined): Judgement {
  const ended = endOf(pod, CONTAINERS.carrier);
  return ended && ['preempted', `the carrier was ended from outside (exit ${ended.exitCode})`];
}

/** As shells and container runtimes count: 128 and the number of the signal. */
const SIGTERMED = 143;
const SIGKILLED = 137;

/** It ended well, but nothing stands in the store. */
function judgeSilence(pod: V1Pod | undefined): Judgement {
  const words = readLastWords(endOf(pod, CONTAINERS.carrier)?.message);
  if ('unseen' in words) return ['trainer-bug', 'the trainer ended without a result'];
  return ['grace-exceeded', 'the trainer finished, but its result was not stored in time'];
}

function judgeJob({ job, pod, events }: Evidence): [CauseName, string] {
  const refused = findRefusal(events);
  if (!pod && refused) return ['cluster-refused', refused.message ?? 'its pod may not be created'];
  if (!job) return ['evicted', 'the Job was deleted from outside'];
  const failed = job.status?.conditions?.find(
    ({ type, status }) => type === 'Failed' && status === 'True',
  );
  return ['evicted', `its pod was deleted from outside (${failed?.reason ?? 'no reason given'})`];
}
