import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { ask, type Cluster, find } from './cluster.ts';
import { LABELS } from './labels.ts';
import { newestPod } from './namespace-watch.ts';

/** As it is now, whatever was heard of it. With a uid: that very Job, not the next of its name. */
export async function readJob(
  { batch }: Cluster,
  of: { namespace: string; name: string },
  uid?: string,
): Promise<V1Job | undefined> {
  const job = await find(() => batch.readNamespacedJob(of));
  return uid === undefined || job?.metadata?.uid === uid ? job : undefined;
}

/** The newest pod that the Job of this uid has now. */
export async function readPod(
  { core }: Cluster,
  namespace: string,
  uid: string | undefined,
): Promise<V1Pod | undefined> {
  const of = { namespace, labelSelector: `${LABELS.jobUid}=${uid}` };
  return newestPod((await ask(() => core.listNamespacedPod(of))).items);
}
