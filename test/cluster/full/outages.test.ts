import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Cluster, waitFor } from '../cluster.ts';
import { Daemon } from '../daemon.ts';
import { fired } from '../fired.ts';
import {
  type Finished,
  finish,
  runUndisturbed,
  type Started,
  startSweep,
} from '../interruption.ts';
import { s3 } from '../s3.ts';

/** How long what the sweep needs is away: longer than a lease, and than anything waits for one answer. */
const OUTAGE = 30_000;
const FREEZE = 45_000;

const cluster = new Cluster();

/** No fault of these is a pod's: the first try comes to its end, whatever was away meanwhile. */
let done: Finished;
beforeAll(async () => {
  done = { ...(await runUndisturbed()), attempts: ['done'] };
});

test('an API server that is away for 30 s is waited for; pods train on', async () => {
  const started = await startSweep();
  const apiServer = new Daemon('apiserver');
  await apiServer.kill();
  await delay(OUTAGE);
  apiServer.restart();
  await waitFor(() => cluster.core.listNode());
  expect(await finish(started)).toEqual(done);
});

test('an API server that is frozen for 45 s is waited for', async () => {
  const started = await startSweep();
  const apiServer = new Daemon('apiserver');
  apiServer.freeze();
  await delay(FREEZE);
  apiServer.thaw();
  expect(await finish(started)).toEqual(done);
});

test('an S3 server that is away for 30 s is waited for, by carrier and worker', async () => {
  const started = await startSweep();
  await s3().kill();
  fired('SIGKILL of the S3 server');
  await delay(OUTAGE);
  await s3().restart();
  expect(await finish(started)).toEqual(done);
});

test('an S3 server that is frozen for 45 s is waited for', async () => {
  const started = await startSweep();
  s3().freeze();
  fired('SIGSTOP of the S3 server');
  await delay(FREEZE);
  s3().thaw();
  expect(await finish(started)).toEqual(done);
});

test("Temporal's server, killed while a pod trains, comes back and finds it trained", async () => {
  const started = await startSweep();
  process.kill(findServer(started), 'SIGKILL');
  fired("SIGKILL of Temporal's server");
  expect(await finish(started)).toEqual(done);
});

test("Temporal's server, frozen for 45 s, costs a pod that trains longer nothing", async () => {
  const started = await startSweep({ compute: { env: { TOY_STEP_MS: '4000' } } });
  const server = findServer(started);
  process.kill(server, 'SIGSTOP');
  fired("SIGSTOP of Temporal's server");
  await delay(FREEZE);
  process.kill(server, 'SIGCONT');
  expect((await cluster.trainingPod()).metadata?.uid).toBe(started.pod.metadata?.uid);
  expect(await finish(started)).toEqual(done);
});

function findServer({ workplace }: Started): number {
  const record = readFileSync(join(workplace.home, 'supervisor.json'), 'utf8');
  return (JSON.parse(record) as { server: { pid: number } }).server.pid;
}
