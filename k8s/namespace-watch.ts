import {
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { CausedError } from '../contract/causes.ts';
import { API_RETRY, REFUSED_START, WATCH_SILENCE } from '../contract/timeouts.ts';
import { type Cluster, isDenial, openCluster } from './cluster.ts';
import { LABELS, OURS } from './labels.ts';

type Informer<T extends KubernetesObject> = ReturnType<typeof makeInformer<T>>;
type Startable = Pick<Informer<KubernetesObject>, 'start'>;

/**
 * Our Jobs and pods of one namespace as the API server tells of them, in memory: one watch of each kind however many
 * Jobs are followed, and none while there is none. What it says may be late; whoever acts on an end reads it afresh.
 */
export class NamespaceWatch {
  private readonly namespace: string;
  private readonly silence: number;
  private readonly jobs: Informer<V1Job>;
  private readonly pods: Informer<V1Pod>;
  /** Of each Job by its uid, by their names. */
  private readonly podsOf = new Map<string, Map<string, V1Pod>>();
  private followers = 0;
  /** When each watch last told something, or was started. */
  private readonly heard = new Map<Startable, number>();
  private renewal: NodeJS.Timeout | undefined;
  /** Paths that may not be listed or watched: when it was said for the first time in a row, and for the last. */
  private readonly refused = new Map<string, { first: number; last: number }>();

  /** `silence`: milliseconds after which a watch that told nothing is made anew. */
  constructor({ config, batch, core }: Cluster, namespace: string, silence = WATCH_SILENCE) {
    this.namespace = namespace;
    this.silence = silence;
    const at = (path: string): string => `${path}/namespaces/${namespace}`;
    const of = { namespace, labelSelector: OURS };
    this.jobs = this.watch(config, `${at('/apis/batch/v1')}/jobs`, () =>
      batch.listNamespacedJob(of),
    );
    this.pods = this.watch(config, `${at('/api/v1')}/pods`, () => core.listNamespacedPod(of));
    for (const told of ['add', 'update'] as const) this.pods.on(told, (pod) => this.index(pod));
    this.pods.on('delete', (pod) => this.forget(pod));
  }

  /** Until the returned function is called. */
  follow(): () => void {
    if (this.followers++ === 0) {
      for (const one of [this.jobs, this.pods]) this.start(one);
      this.renewal = setInterval(() => this.renewSilent(), this.silence / 4);
    }
    return () => {
      if (--this.followers > 0) return;
      for (const one of [this.jobs, this.pods]) void one.stop();
      clearInterval(this.renewal);
    };
  }

  /** Throws `CausedError` where it may not see, so that nothing would ever be heard of any Job. */
  checkSight(): void {
    for (const [path, { first, last }] of this.refused)
      if (last - first >= REFUSED_START && performance.now() - last < REFUSED_START)
        throw new CausedError('cluster-refused', `Kubernetes refuses to list or to watch ${path}`);
  }

  /** None where another has its name by now. */
  job(name: string, uid: string | undefined): V1Job | undefined {
    const job = this.jobs.get(name, this.namespace);
    return job?.metadata?.uid === uid ? job : undefined;
  }

  /** The newest that the Job of this uid has. */
  pod(job: string | undefined): V1Pod | undefined {
    return newestPod([...(this.podsOf.get(job ?? '')?.values() ?? [])]);
  }

  private index(pod: V1Pod): void {
    const [job, name] = namesOf(pod);
    const pods = this.podsOf.get(job) ?? new Map<string, V1Pod>();
    this.podsOf.set(job, pods.set(name, pod));
  }

  private forget(pod: V1Pod): void {
    const [job, name] = namesOf(pod);
    const pods = this.podsOf.get(job);
    pods?.delete(name);
    if (pods?.size === 0) this.podsOf.delete(job);
  }

  private start(informer: Startable): void {
    this.heard.set(informer, performance.now());
    void informer.start();
  }

  /** A connection may have died without a word: the next one goes on from the last event, and tells what was missed. */
  private renewSilent(): void {
    for (const [informer, at] of this.heard)
      if (performance.now() - at > this.silence) this.start(informer);
  }

  /** An informer stops at any error that it does not know; that we stopped it looks like one too. */
  private watch<T extends KubernetesObject>(
    config: Cluster['config'],
    path: string,
    list: () => Promise<KubernetesListObject<T>>,
  ): Informer<T> {
    const informer = makeInformer<T>(config, path, list, OURS);
    informer.on('change', () => this.heard.set(informer, performance.now()));
    informer.on('error', (error?: Error) => {
      if (error?.name === 'AbortError') return;
      if (error && isDenial(error)) this.noteRefusal(path);
      setTimeout(() => {
        if (this.followers > 0) this.start(informer);
      }, API_RETRY);
    });
    return informer;
  }

  private noteRefusal(path: string): void {
    const now = performance.now();
    const before = this.refused.get(path);
    const isRow = before !== undefined && now - before.last < REFUSED_START;
    this.refused.set(path, { first: isRow ? before.first : now, last: now });
  }
}

export interface WatchedNamespace {
  cluster: Cluster;
  watch: NamespaceWatch;
}

const watches = new Map<string, WatchedNamespace>();

/** One connection and one watch for each namespace, however many ask. */
export function watchNamespace({
  context,
  namespace,
}: {
  context?: string | undefined;
  namespace: string;
}): WatchedNamespace {
  const name = JSON.stringify([context, namespace]);
  const known = watches.get(name);
  if (known) return known;
  const cluster = openCluster(context);
  const made = { cluster, watch: new NamespaceWatch(cluster, namespace) };
  watches.set(name, made);
  return made;
}

/** Its Job's uid, and its own name. */
function namesOf({ metadata }: V1Pod): [string, string] {
  return [metadata?.labels?.[LABELS.jobUid] ?? '', metadata?.name ?? ''];
}

/** A Job has had more than one where Kueue took the first back. */
export function newestPod(pods: V1Pod[]): V1Pod | undefined {
  return pods.toSorted((a, b) => bornAt(a) - bornAt(b)).at(-1);
}

/** Watched objects have texts where read ones have dates. */
function bornAt({ metadata }: V1Pod): number {
  return new Date(metadata?.creationTimestamp ?? 0).getTime();
}
