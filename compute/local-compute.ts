import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { PROTOCOL_VERSION } from '../contract/trainer.ts';
import type { CountEvent } from '../contract/trainer-events.ts';
import type { CountJob } from '../contract/trainer-job.ts';
import { carryGeneration } from './carry-generation.ts';
import { linkBase } from './base-weights.ts';
import { carryTraining } from './carry-training.ts';
import { type Compute, type CountWork, noSteps } from './compute.ts';
import { GpuLine } from './gpu-line.ts';
import { nameOwnProcess } from './leftovers.ts';
import type { TakeTurn } from './place.ts';
import { type RunTrainer, runTrainer } from './trainer-process.ts';

/**
 * Trainers as processes of this machine, as many at once as it has processors or, of those that hold GPUs, as it has GPUs.
 * Their folders lie in `workFolder`, under this process's name, so that what a killed worker left is known for what it is.
 * Base weights are kept in `cache`.
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
  const line = new GpuLine();
  const takeTurn: TakeTurn = ({ trainer, signal, onWait }, act) => {
    const { gpus = 0 } = trainer;
    if (gpus === 0) return slot(() => act(run));
    return line.hold(gpus, { signal, onWait }, (held) =>
      act((given) => run({ ...given, gpus: held.ids, beforeStart: (pid) => held.giveTo(pid) })),
    );
  };
  const makeFolder = async (): Promise<string> => {
    const own = join(settings.workFolder, nameOwnProcess());
    await mkdir(own, { recursive: true });
    return mkdtemp(join(own, 'job-'));
  };
  return {
    count: (work, signal) =>
      slot(() => inFolder(makeFolder, (f) => count({ run, cache }, work, signal, f))),
    generate: (work, hooks) => {
      const onWait = (message?: string): void => hooks.onProgress(noSteps('queued', message));
      onWait();
      return takeTurn({ trainer: work.trainer, signal: hooks.signal, onWait }, (given) =>
        inFolder(makeFolder, (f) => carryGeneration({ run: given, cache }, work, hooks, f)),
      );
    },
    // Waiting for another's claim takes no turn: only what follows does.
    train: (work, hooks) => carryTraining(work, hooks, { takeTurn, makeFolder, cache }),
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
  { run, cache }: { run: RunTrainer; cache: string },
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
    // It needs a tokenizer, and would be in the way of whoever holds a GPU.
    ...(trainer.gpus && { gpus: [] }),
    onEvent: (event) => {
      if (event.type === 'count') counts.push(event);
    },
  });
  signal.throwIfAborted();
  return counts;
}
