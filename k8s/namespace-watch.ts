import {
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type V1Job,
  type V1Pod,
} from '@kubernetes/client-node';
import { API_RETRY } from '../contract/timeouts.ts';
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
      setTimeout(() => {
        if (this.followers > 0) void informer.start();
      }, API_RETRY);
    });
    return informer;
  }
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
