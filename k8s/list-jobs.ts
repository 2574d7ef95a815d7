import type { V1Job } from '@kubernetes/client-node';
import type { KubernetesCompute } from '../spec/compute-schema.ts';
import { ask, openCluster } from './cluster.ts';
import type { Stage } from './job-request.ts';
import { ANNOTATIONS, LABELS, OURS } from './labels.ts';
import { newestPod } from './namespace-watch.ts';
import { removeJob } from './remove-job.ts';

/** A Job of ours, by what it says of itself. */
export interface OwnJob {
  name: string;
  sweep: string;
  condition: string;
  seed: string;
  stage: Stage;
  /** The domain, or `base`. */
  block: string;
  key: string;
  store: string;
  /** Its last one. */
  pod: string | undefined;
  /** As the cluster has it. */
  job: V1Job;
}

type Place = Pick<KubernetesCompute, 'context' | 'namespace'>;

/** Every Job of a namespace that Ratchet made and that is not on its way out. */
export async function listJobs({ context, namespace }: Place, patience: number): Promise<OwnJob[]> {
  const { batch, core } = openCluster(context);
  const of = { namespace, labelSelector: OURS };
  const jobs = await ask(() => batch.listNamespacedJob(of), patience);
  const pods = await ask(() => core.listNamespacedPod(of), patience);
  return jobs.items
    .filter(({ metadata }) => !metadata?.deletionTimestamp)
    .map((job) => {
      const own = pods.items.filter(
        ({ metadata }) => metadata?.labels?.[LABELS.jobUid] === job.metadata?.uid,
      );
      return describeJob(job, newestPod(own)?.metadata?.name);
    });
}

function describeJob(job: V1Job, pod: string | undefined): OwnJob {
  const { metadata } = job;
  const said = new Map(Object.entries({ ...metadata?.labels, ...metadata?.annotations }));
  const read = (name: string): string => said.get(name) ?? '';
  return {
    name: metadata?.name ?? '',
    sweep: read(LABELS.sweep),
    condition: read(LABELS.condition),
    seed: read(LABELS.seed),
    stage: read(LABELS.stage) === 'evaluate' ? 'evaluate' : 'train',
    block: read(ANNOTATIONS.block),
    key: read(ANNOTATIONS.key),
    store: read(ANNOTATIONS.store),
    pod,
    job,
  };
}

/** Its pod saves a checkpoint first. Returns whether it is gone. */
export function removeOwn(place: Place, { job }: OwnJob): Promise<boolean> {
  return removeJob(place, job);
}
