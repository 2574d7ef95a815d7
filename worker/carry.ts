import { mkdir } from 'node:fs/promises';
import { causeOf } from '../activities/cause-of.ts';
import { evaluateCheckpoint } from '../activities/evaluate-checkpoint.ts';
import { openTask, withCounts } from '../activities/task.ts';
import { trainBlock } from '../activities/train-block.ts';
import type { Traffic } from '../activities/try-observer.ts';
import { carryGeneration } from '../compute/carry-generation.ts';
import { carryTraining } from '../compute/carry-training.ts';
import type { Compute } from '../compute/compute.ts';
import { followNeighbour } from '../compute/neighbour.ts';
import { redactSecrets } from '../compute/redact-secrets.ts';
import { UnseenEnd } from '../compute/trainer-end.ts';
import { CausedError } from '../contract/causes.ts';
import type { CarrierWork } from '../k8s/job-request.ts';
import { openStore } from '../store/open-store.ts';
import { answerProbes } from './answer-probes.ts';
import { cacheFolder } from './home.ts';
import { tellFollower } from './tell-follower.ts';
import { watchRequests } from './watch-requests.ts';

export interface Carrying {
  work: CarrierWork;
  /** Where the trainer finds its job. */
  folder: string;
  readyPort: number;
  /** Aborted when the pod is stopped: by Kubernetes' order, after the trainer has ended. */
  stopped: AbortSignal;
}

export interface Carried {
  lastWords: object;
  failed: boolean;
  /** Whether the trainer was ever let start. */
  trainerStarted: boolean;
}

/** Does one unit of work with the trainer in the container beside it, by the same code as a worker does with a process. */
export async function carry({ work, folder, readyPort, stopped }: Carrying): Promise<Carried> {
  let trainerStarted = false;
  const unstarted = new AbortController();
  stopped.addEventListener('abort', () => {
    if (!trainerStarted)
      unstarted.abort(new CausedError('preempted', 'the pod was stopped before its trainer ran'));
  });
  const makeFolder = async (): Promise<string> => {
    await mkdir(folder, { recursive: true });
    return folder;
  };
  const run = followNeighbour({
    letTrainerStart: (onRuns) => {
      trainerStarted = true;
      answerProbes(readyPort, onRuns);
    },
    trainerEnded: stopped,
  });
  const cache = cacheFolder();
  const compute: Pick<Compute, 'train' | 'generate'> = {
    train: (job, hooks) =>
      carryTraining(job, hooks, { makeFolder, cache, takeTurn: (_turn, train) => train(run) }),
    generate: async (job, hooks) => carryGeneration({ run, cache }, job, hooks, await makeFolder()),
  };
  const traffic = countTraffic();
  const teller = tellFollower((line) => process.stdout.write(line));
  try {
    const task = await openTask(openStore, work.unit);
    const { onProgress, onWarnings } = teller;
    const hooks = withCounts(task, { signal: unstarted.signal, onProgress, onWarnings });
    const lastWords = await (work.stage === 'train'
      ? trainBlock(compute, task, hooks)
      : evaluateCheckpoint(compute, task, hooks));
    return { lastWords: { ...lastWords, ...traffic }, failed: false, trainerStarted };
  } catch (error) {
    return { lastWords: { ...explain(error), ...traffic }, failed: true, trainerStarted };
  } finally {
    teller.end();
  }
}

/** Goes on counting; of a store in a folder there is nothing to count. */
function countTraffic(): Traffic {
  const traffic = { sent: 0, received: 0 };
  watchRequests(({ peer, sent, received }) => {
    if (peer !== 's3') return;
    traffic.sent += sent;
    traffic.received += received;
  });
  return traffic;
}

function explain(error: unknown): object {
  if (error instanceof UnseenEnd) return { unseen: true };
  const message = redactSecrets(error instanceof Error ? error.message : String(error));
  const stack = redactSecrets((error instanceof Error && error.stack) || message);
  process.stderr.write(`${stack}\n`);
  return { cause: causeOf(error), message: message.slice(0, 1000) };
}
