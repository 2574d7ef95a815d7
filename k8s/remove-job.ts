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

/**
 * Removes a Job, if it is there, and waits until its pod is gone too: until then it might hold a GPU. A node that is lost is not
 * waited for for ever.
 */
export async function removeJob(request: JobRequest): Promise<void> {
  const { cluster, watch } = watchNamespace(request.settings);
  const { namespace } = request.settings;
  const name = nameJob(request);
  const unfollow = watch.follow();
  const deadline = performance.now() + endPatience(request);
  try {
    const of = { namespace, name, propagationPolicy: 'Foreground' };
    await find(() => cluster.batch.deleteNamespacedJob(of));
    while (performance.now() < deadline) {
      await delay(JOB_TICK);
      if (!watch.job(name) && !watch.pod(name) && !(await readJob(cluster, request))) return;
    }
  } finally {
    unfollow();
  }
}
