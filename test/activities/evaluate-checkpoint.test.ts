import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluateCheckpoint } from '../../activities/evaluate-checkpoint.ts';
import { carryGeneration } from '../../compute/carry-generation.ts';
import type { GenerateWork } from '../../compute/compute.ts';
import type { Job } from '../../contract/trainer-job.ts';
import { blobPath } from '../../store/layout.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';

const HOOKS = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onCount: async () => undefined,
  onPredictions: async () => undefined,
};
const PODS = {
  compute: { kind: 'kubernetes', namespace: 'n', image: 'i', gpus: 2 },
  store: 's3://bucket/store',
};

test('as many processes may predict as a pod has GPUs, and on this machine one', async () => {
  expect([(await evaluateOf(PODS)).worldSize, (await evaluateOf({})).worldSize]).toEqual([2, 1]);
});

test('the key of what untrained weights predict does not tell how many processes predicted', async () => {
  expect((await evaluateOf(PODS)).key).toBe((await evaluateOf({})).key);
});

test('a trainer finds in its job how many may predict together', async () => {
  const store = new MemoryStore();
  const folder = await mkdtemp(join(tmpdir(), 'job-'));
  const { sha256: tools } = await store.putBlob(Buffer.from('{}'));
  const work = { ...(await evaluateOf(PODS)), store, tools, prompts: [] };
  const jobs: Job[] = [];
  const run = async ({ job }: { job: Job }) => {
    jobs.push(job);
    return 'done' as const;
  };
  await carryGeneration({ run, cache: folder }, work, HOOKS, folder);
  expect(jobs).toMatchObject([{ stage: 'generate', worldSize: 2 }]);
});

/** What is to be predicted with untrained weights. */
async function evaluateOf(changes: object): Promise<GenerateWork> {
  const plan = planOf(changes);
  const [lineage] = plan.lineages;
  if (!lineage) throw new Error('no lineage');
  const data = plan.heldOut.flatMap(({ prompts, gold }) => [prompts.sha256, gold.sha256]);
  const blobs = [plan.tools, ...data].map(
    (sha256) => [blobPath(sha256), Buffer.alloc(100)] as const,
  );
  const store = new MemoryStore(new Map(blobs));
  const trainer = { ...plan.trainer, command: ['true'] };
  const works: GenerateWork[] = [];
  const generate = async (work: GenerateWork) => {
    works.push(work);
    return { computeSeconds: 0 };
  };
  const task = { store, plan, lineage, block: null, trainer, label: 'base' };
  await evaluateCheckpoint({ generate }, task, HOOKS);
  const [work] = works;
  if (!work) throw new Error('nothing was predicted');
  return work;
}
