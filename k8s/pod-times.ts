import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { CONTAINERS } from './labels.ts';
import { endOf, findCondition, listStatuses, statusOf } from './pod-state.ts';

/**
 * A pod as its Job's follower sees it. Times are ISO 8601 in UTC by the cluster's clock, so that they outlive whoever
 * followed; null: not reached.
 */
export interface PodSighting {
  /** Of the Job: what waits has no pod yet. */
  uid: string;
  pod: string | null;
  node: string | null;
  /** What its trainer runs, in the words of its node: the image's digest. */
  image: string | null;
  queuedAt: string | null;
  /** It has a node and holds its devices. */
  startingAt: string | null;
  /** Its trainer runs. */
  runningAt: string | null;
  /** Its last container has ended. */
  endedAt: string | null;
}

export function sightPod(job: V1Job | undefined, pod: V1Pod | undefined): PodSighting {
  return {
    uid: job?.metadata?.uid ?? '',
    queuedAt: timeOf((job ?? pod)?.metadata?.creationTimestamp),
    ...(pod ? sightContainers(pod) : NO_POD),
  };
}

const NO_POD = {
  pod: null,
  node: null,
  image: null,
  startingAt: null,
  runningAt: null,
  endedAt: null,
};

function sightContainers(pod: V1Pod): Omit<PodSighting, 'uid' | 'queuedAt'> {
  const scheduled = findCondition(pod, 'PodScheduled');
  const running = statusOf(pod, CONTAINERS.trainer)?.state?.running;
  return {
    pod: pod.metadata?.name ?? null,
    node: pod.spec?.nodeName ?? null,
    image: findImage(pod),
    startingAt: scheduled?.status === 'True' ? timeOf(scheduled.lastTransitionTime) : null,
    runningAt: timeOf((running ?? endOf(pod, CONTAINERS.trainer))?.startedAt),
    endedAt: findEnd(pod),
  };
}

/** Empty until it was pulled. */
function findImage(pod: V1Pod): string | null {
  return statusOf(pod, CONTAINERS.trainer)?.imageID || null;
}

/** Devices are free when nothing of the pod runs any more. */
function findEnd(pod: V1Pod): string | null {
  const states = listStatuses(pod).map(({ state }) => state);
  if (states.length === 0 || states.some((state) => !state?.terminated)) return null;
  const ends = states.flatMap((state) => timeOf(state?.terminated?.finishedAt) ?? []);
  return ends.toSorted().at(-1) ?? null;
}

/** Watched objects have texts where read ones have dates; a container that never ran has none, or one before 1970. */
function timeOf(time: Date | string | undefined): string | null {
  if (time === undefined) return null;
  const date = new Date(time);
  return date.getTime() > 0 ? date.toISOString() : null;
}
