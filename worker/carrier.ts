import { openSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { causeOf } from '../activities/cause-of.ts';
import { evaluateCheckpoint } from '../activities/evaluate-checkpoint.ts';
import { openTask, withCounts } from '../activities/task.ts';
import { trainBlock } from '../activities/train-block.ts';
import { carryGeneration } from '../compute/carry-generation.ts';
import { carryTraining } from '../compute/carry-training.ts';
import type { Compute, ComputeProgress } from '../compute/compute.ts';
import { followNeighbour } from '../compute/neighbour.ts';
import { UnseenEnd } from '../compute/trainer-end.ts';
import { PROGRESS_EVERY, TRAINER_LINGER } from '../contract/timeouts.ts';
import type { CarrierWork } from '../k8s/job-request.ts';
import { openStore } from '../store/open-store.ts';
import { cacheFolder } from './home.ts';

/**
 * The carrier of a pod: does one unit of work with the trainer in the container beside it, by the same code as a worker
 * does with a process. It alone has credentials. Its last words, in the pod's status, say why it gave up.
 */

const work = JSON.parse(readSetting('RATCHET_WORK')) as CarrierWork;
const folder = readSetting('RATCHET_JOB_FOLDER');
const readyPort = Number(readSetting('RATCHET_READY_PORT'));
const lastWords = process.env['RATCHET_LAST_WORDS'] ?? '/dev/termination-log';

/** Kubernetes ends sidecars after everything else: then the trainer has ended. */
const trainerEnded = new AbortController();
process.once('SIGTERM', () => trainerEnded.abort());
let trainerStarted = false;

async function main(): Promise<void> {
  // The life before ended with its last words, or was killed; what it was at is for another pod.
  if (!isFirstLife()) return waitForTrainer(Infinity);
  try {
    writeLastWords(await carry());
    if (trainerStarted) await waitForTrainer(TRAINER_LINGER);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
    writeLastWords(
      error instanceof UnseenEnd
        ? { unseen: true }
        : { cause: causeOf(error), message: message.slice(0, 1000) },
    );
    process.exitCode = 1;
  }
}

async function carry(): Promise<object> {
  const task = await openTask(openStore, work.unit);
  const hooks = withCounts(task, {
    signal: new AbortController().signal,
    onProgress: tellProgress(),
  });
  const compute = createPodCompute();
  return work.stage === 'train'
    ? trainBlock(compute, task, hooks)
    : evaluateCheckpoint(compute, task, hooks);
}

/** One job, in the folder that the trainer mounts too. */
function createPodCompute(): Pick<Compute, 'train' | 'generate'> {
  const cache = cacheFolder();
  const run = followNeighbour({ letTrainerStart, trainerEnded: trainerEnded.signal });
  return {
    train: (job, hooks) =>
      carryTraining(job, hooks, { run, makeFolder, cache, slot: (train) => train() }),
    generate: async (job, hooks) => carryGeneration({ run, cache }, job, hooks, await makeFolder()),
  };
}

async function makeFolder(): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}

/** The startup probe of this container passes once the port answers, and then the trainer is started. */
function letTrainerStart(): void {
  trainerStarted = true;
  createServer((_request, response) => response.end())
    .listen(readyPort)
    .unref();
}

/** Of this container in this pod: the folder outlives it. */
function isFirstLife(): boolean {
  try {
    openSync(join(dirname(folder), 'carried'), 'wx');
    return true;
  } catch {
    return false;
  }
}

async function waitForTrainer(patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!trainerEnded.signal.aborted && performance.now() < deadline) await delay(100);
}

function tellProgress(): (progress: ComputeProgress) => void {
  let last = -Infinity;
  let stage = '';
  return (progress) => {
    const now = performance.now();
    if (progress.stage === stage && now - last < PROGRESS_EVERY) return;
    [last, stage] = [now, progress.stage];
    process.stdout.write(`${JSON.stringify(progress)}\n`);
  };
}

function writeLastWords(words: object): void {
  writeFileSync(lastWords, JSON.stringify(words));
}

function readSetting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this program is started by a Job`);
  return value;
}

await main();
