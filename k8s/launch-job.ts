import { setTimeout as delay } from 'node:timers/promises';
import type { V1Job } from '@kubernetes/client-node';
import { CausedError } from '../contract/causes.ts';
import { LOST_POD, OTHERS_LOOK } from '../contract/timeouts.ts';
import { ask, type Cluster, isStatus } from './cluster.ts';
import { describeOwner, isOwn } from './job-owner.ts';
import { type JobRequest, nameJob } from './job-request.ts';
import { endPatience, isOver } from './job-state.ts';
import { ANNOTATIONS } from './labels.ts';
import { makeJob } from './manifest.ts';
import type { WatchedNamespace } from './namespace-watch.ts';
import { readJob } from './read-job.ts';
import { removeJob } from './remove-job.ts';

export interface LaunchHooks {
  signal: AbortSignal;
  /** Another lineage's Job does the same. */
  onWaiting: (message: string) => void;
  /** Whether what the Job is for stands by now. */
  isDone: () => Promise<boolean>;
}

/**
 * Creates the Job, or attaches to it where its own lineage made it before. One of another lineage is never touched while it
 * lasts: it is waited for, and its result is taken, or its place. Undefined: nothing is left to do.
 */
export async function launchJob(
  place: WatchedNamespace,
  request: JobRequest,
  hooks: LaunchHooks,
): Promise<V1Job | undefined> {
  const { cluster } = place;
  const of = { namespace: request.settings.namespace, name: nameJob(request) };
  for (;;) {
    hooks.signal.throwIfAborted();
    const job = (await createJob(cluster, request)) ?? (await readJob(cluster, of));
    if (!job) continue; // It went in between.
    refuseForeign(job, request);
    if (isOwn(job, request) && !job.metadata?.deletionTimestamp) return job;
    await waitOut(job, place, request, hooks);
    if (await hooks.isDone()) return undefined;
  }
}

/** Undefined where one of its name is there. */
async function createJob({ batch }: Cluster, request: JobRequest): Promise<V1Job | undefined> {
  const { namespace } = request.settings;
  try {
    return await ask(() => batch.createNamespacedJob({ namespace, body: makeJob(request) }));
  } catch (error) {
    if (isStatus(error, 409)) return undefined;
    throw error;
  }
}

function refuseForeign({ metadata }: V1Job, { key }: JobRequest): void {
  if (metadata?.annotations?.[ANNOTATIONS.key] === key) return;
  throw new CausedError(
    'cluster-refused',
    `Job ${metadata?.name} of namespace ${metadata?.namespace} is not ours: delete it by hand`,
  );
}

/** Of a Job in whose place ours would be: until it is gone, or has brought what it was for. */
async function waitOut(
  standing: V1Job,
  { cluster, watch }: WatchedNamespace,
  request: JobRequest,
  { signal, onWaiting, isDone }: LaunchHooks,
): Promise<void> {
  const { namespace } = request.settings;
  const { name = '', uid } = standing.metadata ?? {};
  let [deletedAt, overAt] = [Infinity, Infinity];
  for (let job: V1Job | undefined = standing; job; ) {
    const now = performance.now();
    if (job.metadata?.deletionTimestamp) deletedAt = Math.min(deletedAt, now);
    if (isOver(job, watch.pod(uid))) overAt = Math.min(overAt, now);
    if (now - deletedAt > endPatience(job))
      throw new CausedError('node-lost', `Job ${name} was deleted, and its pod does not end`);
    if (overAt <= now && (await isDone())) return;
    // Whoever follows it would have removed it by now.
    if (now - overAt > LOST_POD) await removeJob(request.settings, job);
    onWaiting(describe(job, request));
    await delay(OTHERS_LOOK);
    signal.throwIfAborted();
    watch.checkSight();
    job = watch.job(name, uid) ?? (await readJob(cluster, { namespace, name }, uid));
  }
}

function describe(job: V1Job, request: JobRequest): string {
  if (isOwn(job, request)) return `Job ${job.metadata?.name} is on its way out`;
  return describeOwner(job);
}
