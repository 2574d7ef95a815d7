import {
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { CausedError } from '../contract/causes.ts';
import { API_RETRY, REFUSED_WATCH } from '../contract/timeouts.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { LABELS, OURS } from './labels.ts';

type Informer<T extends KubernetesObject> = ReturnType<typeof makeInformer<T>>;

/**
 * Our Jobs and pods of one namespace as the API server tells of them, in memory: one watch of each kind however many
 * Jobs are followed, and none while there is none. What it says may be late; whoever acts on an end reads it afresh.
 */
export class NamespaceWatch {
  private readonly jobs: Informer<V1Job>;
  private readonly pods: Informer<V1Pod>;
  private followers = 0;
  /** Paths that may not be listed or watched: when it was said for the first time in a row, and for the last. */
  private readonly refused = new Map<string, { first: number; last: number }>();

  constructor({ config, batch, core }: Cluster, namespace: string) {
    const at = (path: string): string => `${path}/namespaces/${namespace}`;
    const of = { namespace, labelSelector: OURS };
    this.jobs = this.watch(config, `${at('/apis/batch/v1')}/jobs`, () =>
      batch.listNamespacedJob(of),
    );
    this.pods = this.watch(config, `${at('/api/v1')}/pods`, () => core.listNamespacedPod(of));
  }

  /** Until the returned function is called. */
  follow(): () => void {
    if (this.followers++ === 0) for (const one of [this.jobs, this.pods]) void one.start();
    return () => {
      if (--this.followers === 0) for (const one of [this.jobs, this.pods]) void one.stop();
    };
  }

  /** Throws `CausedError` where it may not see, so that nothing would ever be heard of any Job. */
  checkSight(): void {
    for (const [path, { first, last }] of this.refused)
      if (last - first >= REFUSED_WATCH && performance.now() - last < REFUSED_WATCH)
        throw new CausedError('cluster-refused', `Kubernetes refuses to list or to watch ${path}`);
  }

  job(name: string): V1Job | undefined {
    return this.jobs.list().find(({ metadata }) => metadata?.name === name);
  }

  pod(job: string): V1Pod | undefined {
    return newestPod(
      this.pods.list().filter(({ metadata }) => metadata?.labels?.[LABELS.job] === job),
    );
  }

  /** An informer stops at any error that it does not know; that we stopped it looks like one too. */
  private watch<T extends KubernetesObject>(
    config: Cluster['config'],
    path: string,
    list: () => Promise<KubernetesListObject<T>>,
  ): Informer<T> {
    const informer = makeInformer<T>(config, path, list, OURS);
    informer.on('error', (error?: Error) => {
      if (error?.name === 'AbortError') return;
      if (isRefusal(error)) this.noteRefusal(path);
      setTimeout(() => {
        if (this.followers > 0) void informer.start();
      }, API_RETRY);
    });
    return informer;
  }

  private noteRefusal(path: string): void {
    const now = performance.now();
    const before = this.refused.get(path);
    const isRow = before !== undefined && now - before.last < REFUSED_WATCH;
    this.refused.set(path, { first: isRow ? before.first : now, last: now });
  }
}

/** A list says so by `code`, a watch by `statusCode`. */
function isRefusal(error: Error & { code?: unknown; statusCode?: unknown } = new Error()): boolean {
  return [401, 403].includes(Number(error.code ?? error.statusCode));
}

const watches = new Map<string, { cluster: Cluster; watch: NamespaceWatch }>();

/** One connection and one watch for each namespace, however many ask. */
export function watchNamespace({
  context,
  namespace,
}: {
  context?: string | undefined;
  namespace: string;
}): {
  cluster: Cluster;
  watch: NamespaceWatch;
} {
  const name = JSON.stringify([context, namespace]);
  const known = watches.get(name);
  if (known) return known;
  const cluster = openCluster(context);
  const made = { cluster, watch: new NamespaceWatch(cluster, namespace) };
  watches.set(name, made);
  return made;
}

/** A Job has had more than one where Kueue took the first back. */
export function newestPod(pods: V1Pod[]): V1Pod | undefined {
  return pods.toSorted((a, b) => bornAt(a) - bornAt(b)).at(-1);
}

/** Watched objects have texts where read ones have dates. */
function bornAt({ metadata }: V1Pod): number {
  return new Date(metadata?.creationTimestamp ?? 0).getTime();
}
