import { setTimeout as delay } from 'node:timers/promises';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { JOB_TICK, WATCH_SILENCE } from '../contract/timeouts.ts';
import { ask, type Cluster } from './cluster.ts';
import { decideCause, readLastWords, type Verdict } from './decide-cause.ts';
import type { JobRequest } from './job-request.ts';
import { endPatience, isOver } from './job-state.ts';
import { CONTAINERS } from './labels.ts';
import { type LaunchHooks, launchJob } from './launch-job.ts';
import { type NamespaceWatch, type WatchedNamespace, watchNamespace } from './namespace-watch.ts';
import { readJob, readPod } from './read-job.ts';
import { removeJob } from './remove-job.ts';
import { RefusedPods } from './refused-pods.ts';
import { type PodLogHooks, PodLogs } from './pod-logs.ts';
import { type PodSighting, sightPod } from './pod-times.ts';
import { describePod, describeRefusal, endOf, type PodState } from './pod-state.ts';
import { StartDeadline } from './start-deadline.ts';

export interface JobHooks extends LaunchHooks, PodLogHooks {
  /** Aborted: end the pod and wait until it is gone, unless `leave` says that somebody else will follow it. */
  signal: AbortSignal;
  leave: () => Promise<boolean>;
  onState: (state: PodState, seen: PodSighting) => void;
  /** A queue took the Job back, and this pod of it is gone. */
  onWithdrawn?: (pod: string) => Promise<void>;
  /** The Job and its pod are gone: nothing of it writes any more. */
  onGone?: () => void;
}

/** How a Job ended. Whether it did what it was for, only the store knows. */
export interface JobEnd {
  /** What to blame, should there be no result. */
  verdict: Verdict;
  pod: string | null;
  /** The carrier's. */
  lastWords: Record<string, unknown>;
}

/**
 * Starts a Job, or finds it running, follows it to its end and removes it. However this process ends meanwhile, the next
 * call with the same request goes on from there. Undefined: another lineage's Job did the work, which was waited for.
 */
export async function runJob(request: JobRequest, hooks: JobHooks): Promise<JobEnd | undefined> {
  const place = watchNamespace(request.settings);
  const unfollow = place.watch.follow();
  const logs = new AbortController();
  try {
    const job = await launchJob(place, request, hooks);
    return job && (await new JobRun(place, request, job, hooks, logs.signal).run());
  } finally {
    logs.abort();
    unfollow();
  }
}

class JobRun {
  private readonly cluster: Cluster;
  private readonly watch: NamespaceWatch;
  private readonly settings: JobRequest['settings'];
  /** As it was launched. */
  private readonly job: V1Job;
  private readonly hooks: JobHooks;
  private readonly logs: PodLogs;
  private readonly namespace: string;
  private readonly name: string;
  private readonly uid: string | undefined;
  private readonly refused = new RefusedPods(() => this.readWarnings());
  private readonly deadline: StartDeadline;
  private deletedAt: number | undefined;
  /** The name of its last pod, until it has another or a queue took it back. */
  private podSeen: string | undefined;
  private seen = false;
  private readAt = performance.now();

  constructor(
    { cluster, watch }: WatchedNamespace,
    { settings }: JobRequest,
    job: V1Job,
    hooks: JobHooks,
    logs: AbortSignal,
  ) {
    this.cluster = cluster;
    this.watch = watch;
    this.settings = settings;
    this.job = job;
    this.hooks = hooks;
    this.namespace = settings.namespace;
    this.name = job.metadata?.name ?? '';
    this.uid = job.metadata?.uid;
    this.deadline = new StartDeadline(settings.startDeadline);
    this.logs = new PodLogs(cluster, hooks, () => watch.pod(this.uid), logs);
  }

  async run(): Promise<JobEnd> {
    for (;;) {
      if (this.hooks.signal.aborted) await this.stop();
      this.watch.checkSight();
      const [job, pod] = [this.watch.job(this.name, this.uid), this.watch.pod(this.uid)];
      await this.tellWithdrawn(job, pod);
      const stuck = this.look(job, pod, await this.refused.explain(job, pod));
      const end = stuck && (await this.end(stuck === 'ended' ? undefined : stuck));
      if (end) return end;
      await delay(JOB_TICK);
    }
  }

  /** Whoever looks five times a second may never see a pod on its way out. */
  private async tellWithdrawn(job: V1Job | undefined, pod: V1Pod | undefined): Promise<void> {
    const before = this.podSeen;
    const name = pod?.metadata?.name;
    if (name === before || (name === undefined && !job?.spec?.suspend)) return;
    this.podSeen = name;
    if (before !== undefined) await this.hooks.onWithdrawn?.(before);
  }

  /** Tells how it stands. Returns what it has to be given up for, or that it may have ended. */
  private look(
    job: V1Job | undefined,
    pod: V1Pod | undefined,
    refusal: string | undefined,
  ): Verdict | 'ended' | undefined {
    const now = performance.now();
    // The watch may not have heard of it yet.
    if (!job) return this.seen || now - this.readAt > WATCH_SILENCE ? 'ended' : undefined;
    this.seen = true;
    if (isOver(job, pod) || this.isLost(job, pod, now)) return 'ended';
    const seen = refusal === undefined ? describePod(job, pod) : describeRefusal(refusal);
    const state = this.deadline.recall(seen);
    this.hooks.onState(state, sightPod(job, pod));
    if (pod) this.logs.follow(pod, state);
    const stuck = this.deadline.judge(state, now);
    return stuck && { ...stuck, node: pod?.spec?.nodeName ?? null };
  }

  /** It was deleted and does not end. */
  private isLost(job: V1Job | undefined, pod: V1Pod | undefined, now: number): boolean {
    const deleted = job?.metadata?.deletionTimestamp ?? pod?.metadata?.deletionTimestamp;
    this.deletedAt = deleted ? (this.deletedAt ?? now) : undefined;
    return this.deletedAt !== undefined && now - this.deletedAt > endPatience(this.job);
  }

  /** Reads everything afresh: what was watched may be old. Undefined: it has not ended after all. */
  private async end(given: Verdict | undefined): Promise<JobEnd | undefined> {
    const { cluster, namespace, name, uid } = this;
    const job = await readJob(cluster, { namespace, name }, uid);
    const pod = await readPod(cluster, namespace, uid);
    this.readAt = performance.now();
    this.seen = false;
    const lost = this.isLost(job, pod, this.readAt);
    if (job && !given && !lost && !isOver(job, pod)) return undefined;
    const events = pod ? [] : await this.readWarnings();
    const verdict = given ?? decideCause({ job, pod, events, lost });
    if (pod) {
      this.hooks.onState(describePod(job, pod), sightPod(job, pod));
      await this.logs.tellEnd(pod);
    }
    await this.remove(lost ? 0 : endPatience(this.job));
    return { verdict, ...namePod(pod) };
  }

  private async readWarnings() {
    const { namespace, uid } = this;
    const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
    return (await ask(() => this.cluster.core.listNamespacedEvent({ namespace, fieldSelector })))
      .items;
  }

  /** Throws what the signal's reason says. */
  private async stop(): Promise<never> {
    if (!(await this.hooks.leave())) await this.remove(endPatience(this.job));
    throw this.hooks.signal.reason;
  }

  private async remove(patience: number): Promise<void> {
    if (await removeJob(this.settings, this.job, patience)) this.hooks.onGone?.();
  }
}

function namePod(pod: V1Pod | undefined): Pick<JobEnd, 'pod' | 'lastWords'> {
  const lastWords = readLastWords(endOf(pod, CONTAINERS.carrier)?.message);
  return { pod: pod?.metadata?.name ?? null, lastWords };
}
