import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { PROTOCOL_VERSION } from '../contract/trainer.ts';
import type { CountEvent } from '../contract/trainer-events.ts';
import type { CountJob } from '../contract/trainer-job.ts';
import { carryGeneration } from './carry-generation.ts';
import { linkBase } from './base-weights.ts';
import { carryTraining, type Place } from './carry-training.ts';
import { type Compute, type CountWork, noSteps } from './compute.ts';
import { nameOwnProcess } from './leftovers.ts';
import { type RunTrainer, runTrainer } from './trainer-process.ts';

/**
 * Trainers as processes of this machine, as many at once as it has processors. Their folders lie in `workFolder`, under
 * this process's name, so that what a killed worker left is known for what it is. Base weights are kept in `cache`.
 */
export function createLocalCompute(settings: {
  workFolder: string;
  cache: string;
  slots?: number;
  /** Another way to run a job than as a process: benchmarks leave the work out. */
  run?: RunTrainer;
}): Compute {
  const { run = runTrainer, cache } = settings;
  const slot = pLimit(settings.slots ?? availableParallelism());
  const makeFolder = async (): Promise<string> => {
    const own = join(settings.workFolder, nameOwnProcess());
    await mkdir(own, { recursive: true });
    return mkdtemp(join(own, 'job-'));
  };
  return {
    count: (work, signal) =>
      slot(() => inFolder(makeFolder, (f) => count({ run, cache }, work, signal, f))),
    generate: (work, hooks) => {
      hooks.onProgress(noSteps('queued'));
      return slot(() =>
        inFolder(makeFolder, (f) => carryGeneration({ run, cache }, work, hooks, f)),
      );
    },
    // Waiting for another's claim takes no slot: only what follows does.
    train: (work, hooks) => carryTraining(work, hooks, { slot, makeFolder, run, cache }),
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
  { run, cache }: Pick<Place, 'run' | 'cache'>,
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
    base: await linkBase(trainer, folder, { cache, signal, part: 'measuring' }),
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
