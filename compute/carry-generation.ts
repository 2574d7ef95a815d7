import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { PROTOCOL_VERSION } from '../contract/trainer.ts';
import type { GenerateJob } from '../contract/trainer-job.ts';
import type { BlockRef } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { linkBase } from './base-weights.ts';
import type { Place } from './place.ts';
import { FETCHING, type GenerateHooks, type GenerateWork, noSteps } from './compute.ts';
import { keepWarnings } from './keep-warnings.ts';
import type { RunTrainer } from './trainer-process.ts';
import { fetchWeights } from './weights.ts';

/**
 * Carries prompts and weights to a trainer, and each prompt file's predictions back as it is finished. The trainer never
 * sees the store.
 */
export async function carryGeneration(
  { run, cache }: Pick<Place, 'cache'> & { run: RunTrainer },
  work: GenerateWork,
  hooks: GenerateHooks,
  folder: string,
): Promise<{ computeSeconds: number }> {
  const started = performance.now();
  hooks.signal.throwIfAborted();
  hooks.onProgress(noSteps('starting', FETCHING));
  const job = await makeGenerateJob(work, folder, { cache, signal: hooks.signal });
  hooks.onProgress(noSteps('evaluate'));
  const missing = new Set(work.prompts.map(({ name }) => name));
  const keep = keepWarnings(hooks.onWarnings);
  await run({
    trainer: work.trainer,
    folder,
    job,
    signal: hooks.signal,
    onEvent: async (event) => {
      keep(event);
      if (event.type === 'progress') hooks.onProgress({ ...event, stage: 'evaluate' });
      if (event.type === 'count') await hooks.onCount(event);
      if (event.type !== 'predictions') return;
      await hooks.onPredictions(event, await readInside(folder, event.file));
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

async function makeGenerateJob(
  work: GenerateWork,
  folder: string,
  from: { cache: string; signal: AbortSignal },
): Promise<GenerateJob> {
  const { store, key, hyperparameters, weights, decoding, worldSize } = work;
  await store.fetchBlob(work.tools, join(folder, 'tools.json'));
  if (weights) await fetchExactly(store, weights, join(folder, 'weights'));
  await mkdir(join(folder, 'prompts'));
  await mkdir(join(folder, 'targets'));
  const prompts = await Promise.all(
    work.prompts.map(async ({ name, sha256, targets }) => {
      const [asked, wanted] = [join('prompts', `${name}.jsonl`), join('targets', `${name}.jsonl`)];
      await store.fetchBlob(sha256, join(folder, asked));
      await store.fetchBlob(targets, join(folder, wanted));
      return { name, file: asked, targets: wanted };
    }),
  );
  return {
    protocol: PROTOCOL_VERSION,
    stage: 'generate',
    key,
    hyperparameters,
    tools: 'tools.json',
    base: await linkBase(work.trainer, folder, from),
    weights: weights ? 'weights' : null,
    prompts,
    decoding,
    worldSize,
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
