import { ask } from './cluster.ts';
import { type JobRequest, nameJob } from './job-request.ts';
import { LABELS } from './labels.ts';
import { newestPod, watchNamespace } from './namespace-watch.ts';
import { describePod } from './pod-state.ts';
import { sightPod } from './pod-times.ts';
import { readJob, removeJob } from './remove-job.ts';
import type { JobHooks } from './run-job.ts';

/** Removes a Job whose work was done while nobody followed it, and tells when its pod ran, if it has one still. */
export async function settleJob(request: JobRequest, onState: JobHooks['onState']): Promise<void> {
  const { cluster } = watchNamespace(request.settings);
  const { namespace } = request.settings;
  const labelSelector = `${LABELS.job}=${nameJob(request)}`;
  const job = await readJob(cluster, request);
  if (!job) return;
  const pods = await ask(() => cluster.core.listNamespacedPod({ namespace, labelSelector }));
  const pod = newestPod(pods.items);
  if (pod) onState(describePod(job, pod), sightPod(job, pod));
  await removeJob(request);
}
