import { isOwn } from './job-owner.ts';
import { type JobRequest, nameJob } from './job-request.ts';
import { watchNamespace } from './namespace-watch.ts';
import { describePod } from './pod-state.ts';
import { sightPod } from './pod-times.ts';
import { readJob, readPod } from './read-job.ts';
import { removeJob } from './remove-job.ts';
import type { JobHooks } from './run-job.ts';

/**
 * Removes a Job that nobody follows any more, and tells when its pod ran, if it has one still. Another lineage sees to its
 * own. Returns whether there was one.
 */
export async function settleJob(
  request: JobRequest,
  { onState, onGone }: Pick<JobHooks, 'onState' | 'onGone'>,
): Promise<boolean> {
  const { settings } = request;
  const { namespace } = settings;
  const { cluster } = watchNamespace(settings);
  const job = await readJob(cluster, { namespace, name: nameJob(request) });
  if (!job || !isOwn(job, request)) return false;
  const pod = await readPod(cluster, namespace, job.metadata?.uid);
  if (pod) onState(describePod(job, pod), sightPod(job, pod));
  if (await removeJob(settings, job)) onGone?.();
  return true;
}
