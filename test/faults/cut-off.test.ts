import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { isFollowedOn } from '../../activities/followed-on.ts';
import {
  type LineageEnded,
  type LineageInput,
  TASK_QUEUES,
  WORKFLOWS,
} from '../../contract/workflows.ts';
import { loadSweep } from '../../cli/load-sweep.ts';
import { storePlan } from '../../cli/submit-sweep.ts';
import { createLocalCompute } from '../../compute/local-compute.ts';
import { openStore } from '../../store/open-store.ts';
import { readTries, type Try } from '../../store/tries.ts';
import { createWorkers, runWorkers } from '../../worker/create-workers.ts';
import { choosePorts, isAnswering, startServer } from '../../worker/embedded-server.ts';
import { type Home, openHome } from '../../worker/home.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import { CONTAINERS, LABELS } from '../../k8s/labels.ts';
import { FakeCluster } from '../k8s/fake-cluster.ts';
import { BUNDLE, silenceTemporal } from '../workflows/temporal.ts';

/** Milliseconds without a heartbeat, where a release waits for 15 s. Temporal's SDK gives a server 5 s more. */
const HEARTBEAT_TIMEOUT = 2000;
const FREEZE = HEARTBEAT_TIMEOUT + 6000;
const SOON = { timeout: 30_000, interval: 50 };

let home: Home;
let server: ChildProcess;
let address: string;
beforeAll(async () => {
  silenceTemporal();
  home = openHome(mkdtempSync(join(tmpdir(), 'ratchet-cut-off-')));
  const ports = await choosePorts(null);
  server = startServer(await obtainTemporal(() => undefined), home, ports);
  await isAnswering(server, ports.server);
  address = `127.0.0.1:${ports.server}`;
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(home.folder, { recursive: true, force: true, maxRetries: 10 });
});

afterEach(() => vi.unstubAllEnvs());

let cluster: FakeCluster;
let clusters = 0;
beforeEach(async () => {
  cluster = await new FakeCluster(`team-${++clusters}`).start();
  cluster.makePod = runForever;
});

test('a server that is frozen for longer than heartbeats may be missing costs no pod, and ends no account', async () => {
  const { handle, running, listTries } = await startLineage();
  await startWorkers();
  await running();
  server.kill('SIGSTOP');
  await delay(FREEZE);
  server.kill('SIGCONT');
  await vi.waitFor(() => expect([...new Set(cluster.found)].toSorted()).toEqual(jobs()), SOON);
  expect(jobs()).toHaveLength(2);
  expect(cluster.removed).toEqual([]);
  expect((await listTries()).map(({ end }) => end)).toEqual([null, null]);
  await handle.cancel();
  expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  expect(jobs()).toEqual([]);
});

test('a lineage that is terminated leaves no pod, nor where its worker was cut off meanwhile', async () => {
  const { handle, client, running } = await startLineage();
  await startWorkers();
  await running();
  const timedOut = new CancelledFailure('TIMED_OUT');
  const isWanted = (): Promise<boolean> => isFollowedOn(client, handle.workflowId, timedOut);
  expect(await isWanted()).toBe(true);
  await handle.terminate();
  expect(await isWanted()).toBe(false);
  await vi.waitFor(() => expect(jobs()).toEqual([]), SOON);
});

test('a lineage that is cancelled while no worker is there leaves no pod, and no open account', async () => {
  const { handle, running, listTries } = await startLineage();
  const stop = await startWorkers();
  await running();
  await stop();
  expect(jobs()).toHaveLength(2);
  await handle.cancel();
  await startWorkers();
  expect(await handle.result()).toMatchObject({ status: 'cancelled' });
  expect(jobs()).toEqual([]);
  expect((await listTries()).map(({ end }) => end?.result)).toEqual(['stopped', 'stopped']);
});

function jobs(): string[] {
  const names = cluster.jobs.all().map(({ metadata }) => metadata?.name ?? '');
  return names.toSorted();
}

/** A pod of the Job that trains until it is deleted. */
function runForever({ metadata, spec }: V1Job): V1Pod {
  const { name, uid = '' } = metadata ?? {};
  const startedAt = new Date();
  const container = { image: 'i', imageID: 'i', ready: true, restartCount: 0 };
  const state = { running: { startedAt } };
  return {
    metadata: {
      name: `${name}-pod`,
      uid: `${uid}-pod`,
      creationTimestamp: startedAt,
      labels: { ...spec?.template.metadata?.labels, [LABELS.jobUid]: uid },
    },
    spec: { containers: [], nodeName: 'n1' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: startedAt }],
      initContainerStatuses: [{ ...container, name: CONTAINERS.carrier, state }],
      containerStatuses: [{ ...container, name: CONTAINERS.trainer, state }],
    },
  };
}

interface Started {
  handle: WorkflowHandle<() => Promise<LineageEnded>>;
  client: Client;
  listTries: () => Promise<Try[]>;
  /** Resolves when both its pods are known to run. */
  running: () => Promise<void>;
}

/** One that trains a block in a pod, and evaluates its base in another. */
async function startLineage(): Promise<Started> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  const client = new Client({ connection });
  const file = join(home.folder, `${cluster.namespace}.yaml`);
  writeFileSync(file, JSON.stringify(describeSweep(cluster.namespace)));
  const loaded = await loadSweep(file, home);
  const { plan } = loaded;
  const store = await openStore(loaded.store);
  const input: LineageInput = {
    sweep: plan.sweep,
    store: loaded.store,
    plan: await storePlan(loaded),
    lineage: 0,
    label: 'keep/1',
    start: 1,
  };
  const handle = await client.workflow.start<(given: LineageInput) => Promise<LineageEnded>>(
    WORKFLOWS.lineage,
    { workflowId: `${plan.sweep}/keep/1`, taskQueue: TASK_QUEUES.control, args: [input] },
  );
  const listTries = (): Promise<Try[]> => readTries(store, plan.sweep);
  const running = (): Promise<void> =>
    vi.waitFor(async () => {
      expect((await listTries()).map(({ state }) => state)).toEqual(['running', 'running']);
    }, SOON);
  return { handle, client, listTries, running };
}

function describeSweep(namespace: string): object {
  return {
    version: 'ratchet/v1',
    name: namespace,
    suite: {
      kind: 'builtin',
      dialoguesPerDomain: { train: 1, heldOut: 1 },
      chainLength: { min: 1, max: 1 },
    },
    stream: { domains: ['travel'] },
    conditions: { keep: { trace: 'keep' } },
    seeds: 1,
    trainer: { kind: 'command', command: ['true'], identity: 'toy-1' },
    store: `file://${home.store}`,
    compute: {
      kind: 'kubernetes',
      namespace,
      image: `registry.example.org/trainer@sha256:${'0'.repeat(64)}`,
      volumes: [{ name: 'store', path: home.store, claim: 'store', containers: 'carrier' }],
    },
  };
}

/** Workers as they are deployed, but for the patience with their heartbeats. Ended by the returned function, or with the test. */
async function startWorkers(): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address });
  const workers = await createWorkers({
    connection,
    client: new Client({ connection }),
    identity: 'cut-off',
    compute: createLocalCompute({ workFolder: home.work, cache: home.work }),
    workflows: { code: readImpatientBundle() },
    heartbeat: HEARTBEAT_TIMEOUT / 10,
  });
  const end = new AbortController();
  const ended = runWorkers(workers, end.signal).finally(() => connection.close());
  const stop = (): Promise<void> => {
    end.abort();
    return ended;
  };
  onTestFinished(stop);
  return stop;
}

function readImpatientBundle(): string {
  const code = readFileSync(BUNDLE, 'utf8');
  const impatient = code.replace(
    'HEARTBEAT_TIMEOUT = 15 * SECOND',
    `HEARTBEAT_TIMEOUT = ${HEARTBEAT_TIMEOUT}`,
  );
  expect(impatient).not.toBe(code);
  return impatient;
}
