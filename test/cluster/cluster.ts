import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type V1Job,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { inject } from 'vitest';
import { isStatus } from '../../k8s/cluster.ts';
import { OURS } from '../../k8s/labels.ts';
import { fired } from './fired.ts';

/** Where the example's Jobs run, and those of all tests that share no folder with their pods: it enforces `restricted`. */
export const NAMESPACE = 'training';

/** The cluster of these tests, as its administrator sees it. */
export class Cluster {
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;

  constructor(kubeconfig = inject('cluster').kubeconfig) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.batch = config.makeApiClient(BatchV1Api);
    this.core = config.makeApiClient(CoreV1Api);
  }

  /** Of Ratchet, like the pods: its workers may run here as well. */
  async jobs(): Promise<V1Job[]> {
    return (await this.batch.listJobForAllNamespaces({ labelSelector: OURS })).items;
  }

  async pods(): Promise<V1Pod[]> {
    return (await this.core.listPodForAllNamespaces({ labelSelector: OURS })).items;
  }

  /** Names of what is still there: none, once a sweep has ended. */
  async listLeft(): Promise<string[]> {
    const left = [...(await this.jobs()), ...(await this.pods())];
    return left.map(({ metadata }) => metadata?.name ?? '');
  }

  async node(name: string): Promise<V1Node | undefined> {
    const { items } = await this.core.listNode();
    return items.find(({ metadata }) => metadata?.name === name);
  }

  /** The pod of a training, once its trainer runs; `other`: another one than this. */
  async trainingPod(other?: V1Pod): Promise<V1Pod> {
    return waitFor(async () =>
      (await this.pods()).find(
        ({ metadata, status }) =>
          metadata?.labels?.['ratchet.dev/stage'] === 'train' &&
          metadata.uid !== other?.metadata?.uid &&
          !metadata.deletionTimestamp &&
          status?.containerStatuses?.some(({ state }) => state?.running),
      ),
    );
  }

  async evict({ metadata: { name = '', namespace = '' } = {} }: V1Pod): Promise<void> {
    const body = { metadata: { name, namespace } };
    await this.core.createNamespacedPodEviction({ name, namespace, body });
    fired('eviction of the pod');
  }

  async putSecret(name: string, stringData: Record<string, string>): Promise<void> {
    const namespace = NAMESPACE;
    await this.core.deleteNamespacedSecret({ namespace, name }).catch(ignoreMissing);
    await this.core.createNamespacedSecret({
      namespace,
      body: { metadata: { name }, stringData },
    });
  }

  /** What a failed test left. */
  async removeJobs(): Promise<void> {
    for (const { metadata: { name = '', namespace = '' } = {} } of await this.jobs()) {
      const of = { name, namespace, propagationPolicy: 'Background', gracePeriodSeconds: 0 };
      await this.batch.deleteNamespacedJob(of).catch(ignoreMissing);
    }
    for (const { metadata: { name = '', namespace = '' } = {} } of await this.pods())
      await this.core
        .deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 })
        .catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (!isStatus(error, 404)) throw error;
}

/** Asks until there is something; an API server that is away counts as nothing. */
export async function waitFor<T>(
  look: () => Promise<T> | T,
  patience = 120_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + patience;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      last = await look();
      if (last) return last as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    await delay(200);
  }
  throw new Error(`it did not come to be within ${patience / 1000} s`, { cause: last });
}
