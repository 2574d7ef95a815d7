import { join } from 'node:path';
import { PROTOCOL_VERSION } from '../contract/trainer.ts';
import type { TrainJob } from '../contract/trainer-job.ts';
import type { Block } from '../store/blocks.ts';
import { linkBase } from './base-weights.ts';
import type { TrainWork } from './compute.ts';
import { fetchWeights } from './weights.ts';

/** Folder of the checkpoint that a job goes on from. */
export const RESUME = 'resume';

/** Brings tools, data, parent and base weights into the job's folder; the checkpoint stands there already, if there is one. */
export async function makeTrainingJob(
  work: TrainWork,
  folder: string,
  from: { resume: typeof RESUME | null; cache: string; signal: AbortSignal },
): Promise<{ job: TrainJob; parent: Block | null }> {
  const { store, trainer, key, hyperparameters, seeds, checkpointEvery, worldSize, domains } = work;
  const graceSeconds = work.grace.trainer;
  const at = (name: string): string => join(folder, name);
  await store.fetchBlob(work.tools, at('tools.json'));
  await store.fetchBlob(work.data, at('train.jsonl'));
  const parent = work.parent && (await fetchWeights(store, work.parent, at('parent')));
  const base = await linkBase(trainer, folder, from);
  const job: TrainJob = {
    protocol: PROTOCOL_VERSION,
    stage: 'train',
    key,
    hyperparameters,
    tools: 'tools.json',
    base,
    parent: parent ? 'parent' : null,
    data: 'train.jsonl',
    seeds,
    resume: from.resume,
    checkpointEvery,
    worldSize,
    graceSeconds,
    domains,
  };
  return { job, parent: parent || null };
}
