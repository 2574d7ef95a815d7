import { setTimeout as delay } from 'node:timers/promises';
import type { V1Job } from '@kubernetes/client-node';
import { JOB_TICK, LOST_POD } from '../contract/timeouts.ts';
import { type Cluster, find } from './cluster.ts';
import { type JobRequest, nameJob } from './job-request.ts';
import { graceOf } from './manifest.ts';
import { watchNamespace } from './namespace-watch.ts';

export function readJob({ batch }: Cluster, request: JobRequest): Promise<V1Job | undefined> {
  const { namespace } = request.settings;
  return find(() => batch.readNamespacedJob({ namespace, name: nameJob(request) }));
}

/** For the end of a pod that was deleted, in milliseconds: after it, its node counts as lost. */
export function endPatience({ settings }: JobRequest): number {
  return graceOf(settings) * 1000 + LOST_POD;
}

/** Removes a Job, if it is there, and waits until its pod is gone too. Returns whether it is. */
export function removeJob(
  request: JobRequest,
  patience: number = endPatience(request),
): Promise<boolean> {
  return removeNamed(request.settings, nameJob(request), patience);
}

/** Until its pod is gone it might hold a GPU. A node that is lost is not waited for beyond `patience` (ms). */
export async function removeNamed(
  place: Pick<JobRequest['settings'], 'context' | 'namespace'>,
  name: string,
  patience: number,
): Promise<boolean> {
  const { cluster, watch } = watchNamespace(place);
  const { namespace } = place;
  const unfollow = watch.follow();
  const deadline = performance.now() + patience;
  try {
    const of = { namespace, name, propagationPolicy: 'Foreground' };
    await find(() => cluster.batch.deleteNamespacedJob(of));
    while (performance.now() < deadline) {
      await delay(JOB_TICK);
      if (watch.job(name) || watch.pod(name)) continue;
      if (!(await find(() => cluster.batch.readNamespacedJob({ namespace, name })))) return true;
    }
    return false;
  } finally {
    unfollow();
  }
}
