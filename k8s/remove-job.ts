import { setTimeout as delay } from 'node:timers/promises';
import type { V1Job } from '@kubernetes/client-node';
import { JOB_TICK } from '../contract/timeouts.ts';
import { type Cluster, find, isStatus } from './cluster.ts';
import type { JobRequest } from './job-request.ts';
import { endPatience } from './job-state.ts';
import { watchNamespace } from './namespace-watch.ts';
import { readJob } from './read-job.ts';

/**
 * Removes this very Job, if it is there, and waits until its pod is gone too: until then it might hold a GPU. A node that is
 * lost is not waited for beyond `patience` (ms). Returns whether it is gone.
 */
export async function removeJob(
  place: Pick<JobRequest['settings'], 'context' | 'namespace'>,
  job: V1Job,
  patience: number = endPatience(job),
): Promise<boolean> {
  const { cluster, watch } = watchNamespace(place);
  const { name = '', uid } = job.metadata ?? {};
  const of = { namespace: place.namespace, name };
  const unfollow = watch.follow();
  const deadline = performance.now() + patience;
  try {
    await deleteJob(cluster, of, uid);
    while (performance.now() < deadline) {
      await delay(JOB_TICK);
      if (watch.job(name, uid) || watch.pod(uid)) continue;
      if (!(await readJob(cluster, of, uid))) return true;
    }
    return false;
  } finally {
    unfollow();
  }
}

async function deleteJob(
  { batch }: Cluster,
  of: { namespace: string; name: string },
  uid: string | undefined,
): Promise<void> {
  const body = { propagationPolicy: 'Foreground', ...(uid && { preconditions: { uid } }) };
  try {
    await find(() => batch.deleteNamespacedJob({ ...of, body }));
  } catch (error) {
    if (!isStatus(error, 409)) throw error; // Another has its name by now.
  }
}
