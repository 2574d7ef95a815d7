import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Cluster, NAMESPACE, waitFor } from './cluster.ts';
import { fired } from './fired.ts';
import { attemptsOf, type Finished, finish, runUndisturbed, startSweep } from './interruption.ts';

const cluster = new Cluster();

let done: Omit<Finished, 'attempts'>;
beforeAll(async () => {
  done = await runUndisturbed();
});

test('a pod that is evicted saves a checkpoint, and another goes on from it', async () => {
  const started = await startSweep();
  await cluster.evict(started.pod);
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a Job that somebody deletes is made again', async () => {
  const started = await startSweep();
  const name = started.pod.metadata?.ownerReferences?.[0]?.name ?? '';
  await cluster.batch.deleteNamespacedJob({
    name,
    namespace: NAMESPACE,
    propagationPolicy: 'Background',
  });
  fired('deletion of the Job');
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a worker that is killed finds its pod again', async () => {
  const started = await startSweep();
  const record = readFileSync(join(started.workplace.home, 'supervisor.json'), 'utf8');
  process.kill((JSON.parse(record) as { worker: { pid: number } }).worker.pid, 'SIGKILL');
  fired('SIGKILL of the worker');
  await waitFor(
    async () => (await cluster.trainingPod()).metadata?.uid === started.pod.metadata?.uid,
  );
  expect(await finish(started)).toEqual({ ...done, attempts: ['done'] });
});

test('a pause gives the GPUs back, and a resume goes on from the checkpoint', async () => {
  // On a busy machine a pause takes a while to arrive.
  const started = await startSweep({ compute: { env: { TOY_STEP_MS: '2000' } } });
  await started.workplace.ratchet('pause');
  await waitFor(async () => (await cluster.jobs()).length === 0);
  expect(await cluster.pods()).toEqual([]);
  fired('pause while the trainer ran');
  await started.workplace.ratchet('resume');
  expect(await finish(started)).toEqual({ ...done, attempts: ['interrupted', 'done'] });
});

test('a cancelled sweep has ended when its pods are gone', async () => {
  const { workplace, ended } = await startSweep();
  await workplace.ratchet('cancel');
  fired('cancel while the trainer ran');
  expect(await ended).toMatchObject({ code: 6 });
  expect(await cluster.listLeft()).toEqual([]);
  expect(await attemptsOf(workplace)).toMatchObject([{ result: 'interrupted' }]);
});
