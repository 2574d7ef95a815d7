import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { carryTraining } from '../../compute/carry-training.ts';
import type { TrainWork } from '../../compute/compute.ts';
import type { RunTrainer } from '../../compute/trainer-process.ts';
import type { Job } from '../../contract/trainer-job.ts';
import type { TrainerWarning } from '../../contract/trainer-warnings.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { keyOf, text } from '../store/support.ts';

test('a trainer finds in its job how long it has to save once it is told to stop', async () => {
  const { job } = await carry({ trainer: 30, upload: 60 });
  expect(job).toMatchObject({ stage: 'train', graceSeconds: 30 });
});

test('a checkpoint that takes longer to store than a stop allows for is warned of', async () => {
  const { warnings } = await carry({ trainer: 30, upload: 0 });
  expect(warnings).toEqual([
    { times: 1, message: expect.stringContaining('compute.gracePeriod.upload (0 s)') },
  ]);
});

test('where storing is quick, or has no limit, nothing is warned of', async () => {
  expect((await carry({ trainer: 30, upload: 600 })).warnings).toEqual([]);
  expect((await carry({ trainer: 10 })).warnings).toEqual([]);
});

/** A trainer that leaves one checkpoint and its weights. */
async function carry(grace: TrainWork['grace']): Promise<{ job: Job; warnings: TrainerWarning[] }> {
  const store = new MemoryStore();
  const { sha256: tools } = await store.putBlob(text('{}'));
  const { sha256: data } = await store.putBlob(text('{"id":"1"}\n'));
  const work: TrainWork = {
    store,
    key: keyOf('block'),
    trainer: { command: ['true'] },
    identity: keyOf('trainer'),
    label: 'travel',
    sweep: 'study-1',
    hyperparameters: {},
    tools,
    data,
    parent: null,
    seeds: { order: 1, initialisation: 2 },
    checkpointEvery: 1,
    worldSize: 1,
    grace,
    domains: undefined,
  };
  const told: { job: Job; warnings: TrainerWarning[] }[] = [];
  let warnings: TrainerWarning[] = [];
  const run: RunTrainer = async ({ folder, job, onEvent }) => {
    await writeInto(join(folder, 'checkpoints', '1'), 'state');
    await onEvent({ type: 'checkpoint', step: 1 });
    await writeInto(join(folder, 'weights'), 'weights');
    await onEvent({ type: 'result', steps: 2, tokens: 20 });
    told.push({ job, warnings });
    return 'done';
  };
  await carryTraining(
    work,
    {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onCount: async () => undefined,
      onWarnings: (all) => {
        warnings = all;
      },
    },
    { takeTurn: (_turn, act) => act(run), makeFolder, cache: await makeFolder() },
  );
  const [first] = told;
  if (!first) throw new Error('nothing was trained');
  return { ...first, warnings };
}

async function writeInto(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), name);
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'carry-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
