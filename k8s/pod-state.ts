import type {
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Job,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import type { WorkStage } from '../contract/activities.ts';
import type { CauseName } from '../contract/causes.ts';
import { CONTAINERS } from './labels.ts';

/** How far a Job has come, as people should see it. */
export interface PodState {
  /** `train` stands for running, whatever is run. */
  stage: Extract<WorkStage, 'queued' | 'unschedulable' | 'starting' | 'train'>;
  /** Why it does not run yet, in the cluster's words. */
  message?: string;
  /** What it fails with if this does not change. */
  cause?: CauseName;
  /** Whether waiting cannot be expected to help. */
  hopeless?: boolean;
  /** Its image could not be pulled, or waits for the next pull without a word about the last. */
  pull?: 'failed' | 'paused';
  /** Its carrier is at work and says how far it is. */
  speaks?: boolean;
}

export function describePod(job: V1Job | undefined, pod: V1Pod | undefined): PodState {
  if (job?.spec?.suspend) return { stage: 'queued', message: 'waiting for its turn in the queue' };
  if (!pod || (job && isWithdrawn(job, pod)))
    return { stage: 'queued', message: 'waiting for its pod' };
  return describePlace(pod) ?? describeContainers(pod);
}

/** Until it has a node, without which it holds nothing. */
function describePlace(pod: V1Pod): PodState | undefined {
  const { status, message = 'no node takes it' } = findCondition(pod, 'PodScheduled') ?? {};
  if (status === 'True') return undefined;
  const cause = 'unschedulable';
  if (status === 'False') return { stage: 'unschedulable', message, cause };
  return { stage: 'queued', message: 'waiting for the scheduler', cause };
}

function describeContainers(pod: V1Pod): PodState {
  if (isRunning(statusOf(pod, CONTAINERS.trainer))) return { stage: 'train', speaks: true };
  const stuck = listStatuses(pod)
    .map(describeWaiting)
    .find((state) => state !== undefined);
  if (stuck) return stuck;
  if (isPreparing(statusOf(pod, CONTAINERS.carrier))) return { stage: 'starting', speaks: true };
  return { stage: 'starting', cause: 'start-deadline' };
}

/** Its pod may not be created; a quota may have room later. */
export function describeRefusal(message: string): PodState {
  return { stage: 'queued', message, cause: 'cluster-refused' };
}

/**
 * A queue admitted the Job, took it back, and may have admitted it again since: this pod is on its way out, and what it says
 * is no end of the Job, which has another pod when its turn comes.
 */
export function isWithdrawn({ spec, status }: V1Job, { metadata }: V1Pod): boolean {
  if (spec?.suspend) return true;
  const [born, admitted] = [metadata?.creationTimestamp, status?.startTime];
  return metadata?.deletionTimestamp !== undefined && isBefore(born, admitted);
}

/** Watched objects have texts where read ones have dates. */
function isBefore(a: Date | string | undefined, b: Date | string | undefined): boolean {
  return a !== undefined && b !== undefined && new Date(a) < new Date(b);
}

export function findCondition(pod: V1Pod | undefined, type: string): V1PodCondition | undefined {
  return pod?.status?.conditions?.find((condition) => condition.type === type);
}

export function statusOf(pod: V1Pod | undefined, name: string): V1ContainerStatus | undefined {
  return listStatuses(pod).find((status) => status.name === name);
}

export function listStatuses(pod: V1Pod | undefined): V1ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {};
  return [...initContainerStatuses, ...containerStatuses];
}

/** The first end of a sidecar that was started again is the one that tells. */
export function endOf(
  pod: V1Pod | undefined,
  name: string,
): V1ContainerStateTerminated | undefined {
  const status = statusOf(pod, name);
  return status?.lastState?.terminated ?? status?.state?.terminated;
}

/**
 * The carrier ended while the trainer may still run: Kubernetes starts it again, but it has said all that it had to say,
 * and its Job is at its end.
 */
export function hasCarrierEnded(pod: V1Pod): boolean {
  const carrier = statusOf(pod, CONTAINERS.carrier);
  return (carrier?.restartCount ?? 0) > 0 || carrier?.state?.terminated !== undefined;
}

function isRunning(status: V1ContainerStatus | undefined): boolean {
  return status?.state?.running !== undefined || status?.state?.terminated !== undefined;
}

/** The carrier runs, and its job is not complete yet. */
function isPreparing(status: V1ContainerStatus | undefined): boolean {
  return status?.state?.running !== undefined && !status.started;
}

function describeWaiting({ state, image }: V1ContainerStatus): PodState | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const cause = judgeWaiting(reason, message);
  if (!cause) return undefined;
  const hopeless = cause !== 'registry-unreachable' && cause !== 'start-deadline';
  const said = cause === 'start-deadline' ? `${reason}: ${message}` : `${image}: ${message}`;
  return { stage: 'starting', message: said, cause, hopeless, ...describePull(reason, message) };
}

/** Since Kubernetes 1.32 a kubelet that pauses adds why the last pull failed, unless it was started anew. */
function describePull(reason: string, message: string): Pick<PodState, 'pull'> {
  if (!PULLING.has(reason)) return {};
  return { pull: /^Back-off pulling image "[^"]*"$/.test(message) ? 'paused' : 'failed' };
}

const PULLING = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);

function judgeWaiting(reason: string, message: string): CauseName | undefined {
  if (PULLING.has(reason)) return judgePull(message);
  switch (reason) {
    case 'ErrImageNeverPull':
      return 'image-missing';
    case 'InvalidImageName':
      return 'configuration';
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return 'start-deadline';
    default:
      return undefined;
  }
}

/** The kubelet has one reason for all of these; the registry's words tell them apart. */
function judgePull(message: string): CauseName {
  if (/unauthorized|authentication|denied|forbidden|no basic auth|\b40[13]\b/i.test(message))
    return 'image-refused';
  if (/not found|manifest unknown|does not exist|\b404\b/i.test(message)) return 'image-missing';
  return 'registry-unreachable';
}
