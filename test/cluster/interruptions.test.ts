import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { beforeAll, expect, test } from 'vitest';
import type { Ran } from '../cli/ratchet.ts';
import { Cluster, NAMESPACE, readResults, toySweep, waitFor, Workplace } from './sweeps.ts';

/** Slow enough that a test can reach in: eight dialogues take some seconds. */
const SLOW = { env: { TOY_STEP_MS: '600' } };
const cluster = new Cluster();

async function runHere(): Promise<string> {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, 'toy', { local: true }));
  return readResults(await workplace.ratchet('run', 'sweep.yaml', '--json'));
}

interface Attempt {
  from: number;
  result: string;
}

async function attemptsOf(workplace: Workplace): Promise<Attempt[]> {
  return JSON.parse((await workplace.ratchet('logs', '--json')).stdout) as Attempt[];
}

interface Started {
  workplace: Workplace;
  ended: Promise<Ran>;
  pod: V1Pod;
}

/** Starts the sweep; returns once its block has a checkpoint in the store: what follows it is all that may be lost. */
async function startSweep(): Promise<Started> {
  const workplace = new Workplace();
  workplace.write('sweep.yaml', toySweep(workplace, 'toy', { compute: SLOW }));
  const ended = workplace.ratchet('run', 'sweep.yaml', '--json');
  const pod = await cluster.trainingPod();
  const blocks = join(workplace.folder, 'mnt', 'store', 'blocks');
  await waitFor(() =>
    readdirSync(blocks, { recursive: true, encoding: 'utf8' }).some((name) =>
      /partial\/\d+\.json$/.test(name),
    ),
  );
  return { workplace, ended, pod };
}

interface Finished {
  code: number | null;
  results: string;
  attempts: string[];
  /** Every attempt after the first went on from a checkpoint. */
  resumed: boolean;
  left: string[];
}

async function finish({ workplace, ended }: Started): Promise<Finished> {
  const ran = await ended;
  const left = await cluster.listLeft();
  const attempts = await attemptsOf(workplace);
  return {
    code: ran.code,
    results: readResults(ran),
    attempts: attempts.map(({ result }) => result),
    resumed: attempts.slice(1).every(({ from }) => from > 0),
    left,
  };
}

/** As the same sweep on this machine, where nothing interrupted it. */
let done: Omit<Finished, 'attempts'>;
beforeAll(async () => {
  done = { code: 0, results: await runHere(), resumed: true, left: [] };
});

test('a pod that is evicted saves a checkpoint, and another goes on from it', async () => {
  const started = await startSweep();
  await cluster.evict(started.pod.metadata?.name ?? '');
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a Job that somebody deletes is made again', async () => {
  const started = await startSweep();
  const [job] = await cluster.jobs();
  const name = job?.metadata?.name ?? '';
  await cluster.batch.deleteNamespacedJob({
    name,
    namespace: NAMESPACE,
    propagationPolicy: 'Background',
  });
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a worker that is killed finds its pod again', async () => {
  const started = await startSweep();
  const record = readFileSync(join(started.workplace.folder, 'home', 'supervisor.json'), 'utf8');
  process.kill((JSON.parse(record) as { worker: { pid: number } }).worker.pid, 'SIGKILL');
  await waitFor(
    async () => (await cluster.trainingPod()).metadata?.uid === started.pod.metadata?.uid,
  );
  expect(await finish(started)).toEqual({ ...done, attempts: ['done'] });
});

test('a pause gives the GPUs back, and a resume goes on from the checkpoint', async () => {
  const started = await startSweep();
  await started.workplace.ratchet('pause');
  await waitFor(async () => (await cluster.jobs()).length === 0);
  expect(await cluster.pods()).toEqual([]);
  await started.workplace.ratchet('resume');
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a cancelled sweep has ended when its pods are gone', async () => {
  const { workplace, ended } = await startSweep();
  await workplace.ratchet('cancel');
  expect(await ended).toMatchObject({ code: 6 });
  expect(await cluster.listLeft()).toEqual([]);
  expect(await attemptsOf(workplace)).toMatchObject([{ result: 'interrupted' }]);
});
