import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { LOST_POD } from '../../contract/timeouts.ts';
import { type JobRequest, nameJob } from '../../k8s/job-request.ts';
import { endPatience } from '../../k8s/job-state.ts';
import { makeJob } from '../../k8s/manifest.ts';
import { type JobEnd, runJob } from '../../k8s/run-job.ts';
import { settleJob } from '../../k8s/settle-job.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FAILED, requestOf, settingsOf } from './objects.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const CANCELLED = new Error('cancelled');
/** On a busy machine. */
const SOON = { timeout: 10_000 };
let namespaces = 0;

/** Requests of two sweeps for the same block in the same store, on a cluster of their own. */
async function open(): Promise<{
  cluster: FakeCluster;
  first: JobRequest;
  second: JobRequest;
  name: string;
}> {
  const cluster = await new FakeCluster(`shared-${++namespaces}`).start();
  const settings = settingsOf({ namespace: cluster.namespace });
  const first = requestOf({ settings });
  const second = requestOf({ settings, unit: { ...first.unit, sweep: 'other-0123456789ab' } });
  return { cluster, first, second, name: nameJob(first) };
}

interface Followed {
  end: Promise<JobEnd | undefined>;
  /** What it waits for, in the order in which that was told. */
  waited: string[];
  /** Uids of Jobs that it told of as its own. */
  followed: Set<string>;
  cancel: () => void;
}

/** As a worker follows it; `isDone` is what the store says. */
function follow(request: JobRequest, isDone = (): boolean => false): Followed {
  const stop = new AbortController();
  const [waited, followed]: [string[], Set<string>] = [[], new Set()];
  const end = runJob(request, {
    signal: stop.signal,
    leave: () => Promise.resolve(false),
    isDone: () => Promise.resolve(isDone()),
    onWaiting: (message) => waited.push(message),
    onState: (_state, { uid }) => followed.add(uid),
    onCarrier: () => undefined,
    onLog: () => undefined,
  });
  end.catch(() => undefined); // Whoever looks at it may not have come to it yet.
  onTestFinished(() => {
    stop.abort(CANCELLED);
    return end.then(
      () => undefined,
      () => undefined,
    );
  });
  return { end, waited, followed, cancel: () => stop.abort(CANCELLED) };
}

test('a lineage that finds the Job of another waits, and takes its result', async () => {
  const { cluster, first, second, name } = await open();
  cluster.jobs.put(makeJob(first));
  let done = false;
  const { end, waited, followed } = follow(second, () => done);
  await expect
    .poll(() => waited[0], SOON)
    .toBe(`keep/1/banking of study-0123456789ab computes the same, in Job ${name}`);
  done = true;
  cluster.jobs.remove(name);
  expect(await end).toBeUndefined();
  expect([...followed, ...cluster.created, ...cluster.removed]).toEqual([]);
});

test('conditions of one sweep wait for each other too', async () => {
  const { cluster, first } = await open();
  cluster.jobs.put(makeJob({ ...first, condition: 'replay' }));
  const { waited } = follow(first);
  await expect.poll(() => waited[0], SOON).toMatch('replay/1/banking of study-');
});

test('that it is cancelled or paused meanwhile is nothing to the Job', async () => {
  const { cluster, first, second, name } = await open();
  const { uid } = cluster.jobs.put(makeJob(first)).metadata ?? {};
  const { end, waited, cancel } = follow(second);
  await expect.poll(() => waited, SOON).not.toEqual([]);
  cancel();
  await expect(end).rejects.toBe(CANCELLED);
  expect(await settleJob(second, { onState: () => undefined })).toBe(false);
  expect(cluster.jobs.get(name)?.metadata?.uid).toBe(uid);
  expect(cluster.removed).toEqual([]);
});

test('where the other is stopped without a result, it makes a Job of its own in its place', async () => {
  const { cluster, first, second, name } = await open();
  const owner = follow(first);
  await expect.poll(() => cluster.created, SOON).toEqual([name]);
  const follower = follow(second);
  await expect.poll(() => follower.waited, SOON).not.toEqual([]);
  owner.cancel();
  await expect(owner.end).rejects.toBe(CANCELLED);
  await expect.poll(() => cluster.created, SOON).toEqual([name, name]);
  const own = cluster.jobs.get(name)?.metadata;
  expect(own?.labels?.['ratchet.dev/sweep']).toBe(second.unit.sweep);
  await expect.poll(() => [...follower.followed], SOON).toEqual([own?.uid]);
});

test('a worker attaches to the Job that its lineage made before', async () => {
  const { cluster, first } = await open();
  const { uid = '' } = cluster.jobs.put(makeJob(first)).metadata ?? {};
  const { followed, waited, cancel, end } = follow(first);
  await expect.poll(() => [...followed], SOON).toEqual([uid]);
  cancel();
  await expect(end).rejects.toBe(CANCELLED);
  expect({ waited, created: cluster.created }).toEqual({ waited: [], created: [] });
  expect(cluster.removed).toEqual([uid]);
});

test('one that another has replaced is at its end, and what replaced it is left alone', async () => {
  const { cluster, first, second, name } = await open();
  const { followed, end } = follow(first);
  await expect.poll(() => followed.size, SOON).toBe(1);
  cluster.jobs.remove(name);
  const next = cluster.jobs.put(makeJob(second)).metadata?.uid ?? '';
  expect(await end).toMatchObject({ pod: null });
  expect(cluster.jobs.get(name)?.metadata?.uid).toBe(next);
  expect(followed.has(next)).toBe(false);
  expect(cluster.removed).toEqual([]);
});

test('one that is over and that nobody removes is removed by whoever waits for it', async () => {
  const { cluster, first, second, name } = await open();
  const { uid } =
    cluster.jobs.put({ ...makeJob(first), status: FAILED.status ?? {} }).metadata ?? {};
  vi.useFakeTimers({ toFake: ['performance'] });
  const { waited } = follow(second);
  await expect.poll(() => waited.length, SOON).toBeGreaterThan(1);
  expect(cluster.removed).toEqual([]);
  vi.advanceTimersByTime(LOST_POD + 1);
  await expect.poll(() => cluster.created, SOON).toEqual([name]);
  expect(cluster.removed).toEqual([uid]);
});

test('one that is over and has brought the result is waited for no longer', async () => {
  const { cluster, first, second } = await open();
  cluster.jobs.put({ ...makeJob(first), status: FAILED.status ?? {} });
  const { end } = follow(second, () => true);
  expect(await end).toBeUndefined();
  expect(cluster.removed).toEqual([]);
});

test.each(['first', 'second'] as const)(
  'one that was deleted and does not end counts as lost with its node, by the %s sweep too',
  async (sweep) => {
    const { cluster, name, ...requests } = await open();
    const job = cluster.jobs.put(makeJob(requests.first));
    cluster.markDeleted(name);
    vi.useFakeTimers({ toFake: ['performance'] });
    const { end, waited } = follow(requests[sweep]);
    await expect.poll(() => waited, SOON).not.toEqual([]);
    vi.advanceTimersByTime(endPatience(job) + 1);
    await expect(end).rejects.toMatchObject({ causeName: 'node-lost' });
  },
);
