import { expect, test } from 'vitest';
import type { Task } from '../../activities/task.ts';
import { trainBlock } from '../../activities/train-block.ts';
import type { TrainWork } from '../../compute/compute.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';

const HOOKS = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onCount: async () => undefined,
};

test('a block is trained with what its condition sets, by as many processes as a pod has GPUs', async () => {
  const compute = { kind: 'kubernetes', namespace: 'n', image: 'i', gpus: 2 };
  const { keep, own } = await trainEach({ compute, store: 's3://bucket/store' });
  expect(keep).toMatchObject({ hyperparameters: { lr: 0.1 }, domains: undefined, worldSize: 2 });
  expect(own).toMatchObject({
    hyperparameters: { lr: 0.1, method: 'adapter-per-block' },
    domains: ['travel'],
  });
});

test('a trainer is told how long it has once it is told to stop, and its carrier how long storing may take', async () => {
  const gracePeriod = { trainer: 300, upload: 600 };
  const compute = { kind: 'kubernetes', namespace: 'n', image: 'i', gracePeriod };
  const { keep } = await trainEach({ compute, store: 's3://bucket/store' });
  expect(keep?.grace).toEqual(gracePeriod);
  expect((await trainEach({}))['keep']?.grace).toEqual({ trainer: 10 });
  const local = { kind: 'local', gracePeriod: { trainer: 120 } };
  expect((await trainEach({ compute: local }))['keep']?.grace).toEqual({ trainer: 120 });
});

test('on this machine one process trains, or one a GPU', async () => {
  expect((await trainEach({}))['keep']?.worldSize).toBe(1);
  const compute = { kind: 'local', gpus: 2 };
  expect((await trainEach({ compute }))['keep']?.worldSize).toBe(2);
});

async function trainEach(changes: object): Promise<Record<string, TrainWork>> {
  const hyperparameters = { method: 'adapter-per-block' };
  const conditions = {
    keep: { trace: 'keep' },
    own: { trace: 'keep', tellDomains: true, hyperparameters },
  };
  const plan = planOf({ ...changes, conditions });
  const works: Record<string, TrainWork> = {};
  for (const lineage of plan.lineages.slice(0, 2)) {
    const trainer = { ...plan.trainer, command: ['true'] };
    const store = new MemoryStore();
    const task: Task = { store, plan, lineage, block: 0, trainer, label: 'travel' };
    const train = async (work: TrainWork) => {
      works[lineage.condition] = work;
      return { attempt: 1, computeSeconds: 0 };
    };
    await trainBlock({ train }, task, HOOKS);
  }
  return works;
}
