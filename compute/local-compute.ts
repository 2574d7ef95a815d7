import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { CausedError } from '../contract/causes.ts';
import {
  type CountEvent,
  type CountJob,
  type GenerateJob,
  PROTOCOL_VERSION,
} from '../contract/trainer.ts';
import type { BlockRef } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Compute, CountWork, GenerateHooks, GenerateWork } from './compute.ts';
import { carryTraining } from './carry-training.ts';
import { nameOwnProcess } from './leftovers.ts';
import { type RunTrainer, runTrainer } from './trainer-process.ts';
import { fetchWeights } from './weights.ts';

/**
 * Trainers as processes of this machine, as many at once as it has processors. Their folders lie in `workFolder`, under
 * this process's name, so that what a killed worker left is known for what it is.
 */
export function createLocalCompute(settings: {
  workFolder: string;
  slots?: number;
  /** Another way to run a job than as a process: benchmarks leave the work out. */
  run?: RunTrainer;
}): Compute {
  const { run = runTrainer } = settings;
  const slot = pLimit(settings.slots ?? availableParallelism());
  const makeFolder = async (): Promise<string> => {
    const own = join(settings.workFolder, nameOwnProcess());
    await mkdir(own, { recursive: true });
    return mkdtemp(join(own, 'job-'));
  };
  return {
    count: (work, signal) => slot(() => inFolder(makeFolder, (f) => count(run, work, signal, f))),
    generate: (work, hooks) =>
      slot(() => inFolder(makeFolder, (f) => generate(run, work, hooks, f))),
    // Waiting for another's claim takes no slot: only what follows does.
    train: (work, hooks) => carryTraining(work, hooks, { slot, makeFolder, run }),
  };
}

async function inFolder<T>(
  makeFolder: () => Promise<string>,
  act: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder();
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function count(
  run: RunTrainer,
  work: CountWork,
  signal: AbortSignal,
  folder: string,
): Promise<CountEvent[]> {
  await writeFile(join(folder, 'tools.json'), work.tools);
  const data = await Promise.all(
    work.data.map(async ({ name, bytes }, index) => {
      const file = `data-${index}.jsonl`;
      await writeFile(join(folder, file), bytes);
      return { name, file };
    }),
  );
  const { key, hyperparameters, trainer, sizes } = work;
  const job: CountJob = {
    protocol: PROTOCOL_VERSION,
    stage: 'count',
    key,
    hyperparameters,
    tools: 'tools.json',
    data,
    sizes,
  };
  const counts: CountEvent[] = [];
  await run({
    trainer,
    folder,
    job,
    signal,
    onEvent: (event) => {
      if (event.type === 'count') counts.push(event);
    },
  });
  signal.throwIfAborted();
  return counts;
}

async function generate(
  run: RunTrainer,
  work: GenerateWork,
  hooks: GenerateHooks,
  folder: string,
): Promise<{ computeSeconds: number }> {
  const started = performance.now();
  hooks.signal.throwIfAborted();
  const job = await makeGenerateJob(work, folder);
  const missing = new Set(work.prompts.map(({ name }) => name));
  await run({
    trainer: work.trainer,
    folder,
    job,
    signal: hooks.signal,
    onEvent: async (event) => {
      if (event.type === 'progress') hooks.onProgress({ ...event, stage: 'evaluate' });
      if (event.type === 'count') await hooks.onCount(event);
      if (event.type !== 'predictions') return;
      await hooks.onPredictions(event.name, await readInside(folder, event.file));
      missing.delete(event.name);
    },
  });
  hooks.signal.throwIfAborted();
  if (missing.size > 0)
    throw new CausedError(
      'trainer-bug',
      `the trainer predicted nothing for ${[...missing].join(', ')}`,
    );
  return { computeSeconds: (performance.now() - started) / 1000 };
}

async function makeGenerateJob(work: GenerateWork, folder: string): Promise<GenerateJob> {
  const { store, key, hyperparameters, weights, decoding } = work;
  await store.fetchBlob(work.tools, join(folder, 'tools.json'));
  if (weights) await fetchExactly(store, weights, join(folder, 'weights'));
  await mkdir(join(folder, 'prompts'));
  const prompts = await Promise.all(
    work.prompts.map(async ({ name, sha256 }) => {
      await store.fetchBlob(sha256, join(folder, 'prompts', `${name}.jsonl`));
      return { name, file: join('prompts', `${name}.jsonl`) };
    }),
  );
  return {
    protocol: PROTOCOL_VERSION,
    stage: 'generate',
    key,
    hyperparameters,
    tools: 'tools.json',
    weights: weights ? 'weights' : null,
    prompts,
    decoding,
  };
}

async function fetchExactly(
  store: Store,
  { key, manifest }: BlockRef,
  folder: string,
): Promise<void> {
  const block = await fetchWeights(store, key, folder);
  if (block.sha256 !== manifest)
    throw new CausedError('superseded', `block ${key} was computed again meanwhile`);
}

/** A trainer names its files; it may not name others'. */
async function readInside(folder: string, file: string): Promise<Uint8Array> {
  const path = join(folder, file);
  if (!path.startsWith(`${folder}/`))
    throw new CausedError('trainer-bug', `the trainer names a file outside its folder: ${file}`);
  return readFile(path);
}
