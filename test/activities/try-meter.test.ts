import { describe, expect, test } from 'vitest';
import { gatherLedger } from '../../activities/gather-ledger.ts';
import { type TriedWork, TryMeter } from '../../activities/try-meter.ts';
import { noSteps } from '../../compute/compute.ts';
import { describePod } from '../../k8s/pod-state.ts';
import { type PodSighting, sightPod } from '../../k8s/pod-times.ts';
import { StoreError } from '../../store/store.ts';
import { readTries } from '../../store/tries.ts';
import { podOf } from '../k8s/objects.ts';
import { MemoryStore } from '../store/memory-store.ts';

const WORK: TriedWork = {
  key: 'study-0123456789ab',
  stage: 'evaluate',
  unit: 'c0ffee'.padEnd(64, '0'),
  condition: 'keep',
  seed: 1,
  block: 'travel',
  gpus: 4,
  memory: '8Gi',
  avoidNodes: [],
};

const at = (second: number): string => new Date(Date.UTC(2026, 0, 2, 3, 0, second)).toISOString();

function sight(given: Partial<PodSighting>): PodSighting {
  const none = { node: null, image: null, startingAt: null, runningAt: null, endedAt: null };
  return { uid: 'job-1', pod: null, queuedAt: at(0), ...none, ...given };
}

const STARTING = sight({ pod: 'pod-1', node: 'n1', startingAt: at(10) });
const RUNNING = { ...STARTING, runningAt: at(25) };
const GONE = { ...RUNNING, endedAt: at(65) };

test("a pod's account is kept by the cluster's clock, whoever follows it", async () => {
  const store = new MemoryStore();
  const first = new TryMeter(store, WORK);
  first.seePod({ stage: 'queued' }, sight({}));
  first.seePod({ stage: 'starting' }, STARTING);
  first.notePredicted(30);
  first.seePod({ stage: 'train' }, RUNNING);
  await first.settle(); // Its worker died.
  const second = new TryMeter(store, WORK);
  second.seePod({ stage: 'train' }, RUNNING);
  second.seePod({ stage: 'train' }, GONE);
  await second.end({ result: 'done' });
  expect(await readTries(store, WORK.key)).toHaveLength(1);
  expect(await gatherLedger(store, WORK.key)).toMatchObject({
    rows: [
      {
        unit: 'GPU',
        tries: 1,
        spending: { queued: 10, starting: 4 * 15, useful: 4 * 40, repeated: 0, failed: 0 },
      },
    ],
  });
});

test('the image that a pod ran stays known when its last word names none', async () => {
  const store = new MemoryStore();
  const meter = new TryMeter(store, WORK);
  meter.seePod({ stage: 'starting' }, STARTING);
  meter.seePod({ stage: 'train' }, { ...RUNNING, image: 'registry/trainer@sha256:0f' });
  meter.seePod({ stage: 'train' }, GONE);
  await meter.end({ result: 'done' });
  const { tries } = await gatherLedger(store, WORK.key);
  expect(tries.map(({ image }) => image)).toEqual(['registry/trainer@sha256:0f']);
});

test('a pod that a queue took back is another try than the one that comes after it', async () => {
  const store = new MemoryStore();
  const meter = new TryMeter(store, WORK);
  meter.seePod({ stage: 'train' }, RUNNING);
  meter.seePod({ stage: 'queued' }, sight({}));
  meter.seePod({ stage: 'train' }, { ...RUNNING, pod: 'pod-2' });
  await meter.end({ result: 'done' });
  expect(await readTries(store, WORK.key)).toMatchObject([
    { name: 'pod-1', end: { result: 'interrupted', cause: 'preempted' } },
    { name: 'pod-2', end: { result: 'done' } },
  ]);
});

test('a pod that no node ever took costs nothing, though it was seen before the scheduler', async () => {
  const store = new MemoryStore();
  const meter = new TryMeter(store, WORK);
  const message = '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.';
  const refused = { type: 'PodScheduled', status: 'False', message };
  for (const conditions of [[], [refused]]) {
    const pod = podOf({ status: { phase: 'Pending', conditions } });
    meter.seePod(describePod(undefined, pod), sightPod(undefined, pod));
  }
  await meter.end({ result: 'failed', cause: 'unschedulable', message, failures: 1 });
  expect(await readTries(store, WORK.key)).toMatchObject([{ startingAt: null, message }]);
});

describe('what nothing was done for', () => {
  test('leaves no account where the result was there', async () => {
    const store = new MemoryStore();
    const meter = new TryMeter(store, WORK);
    meter.seeProgress(noSteps('waiting'));
    await meter.end({ result: 'done' });
    await new TryMeter(store, WORK).end({ result: 'done' });
    expect(await readTries(store, WORK.key)).toEqual([]);
  });

  test('leaves one where it failed before it had a pod', async () => {
    const store = new MemoryStore();
    const cause = { cause: 'cluster-refused', message: 'a quota', failures: 1 };
    await new TryMeter(store, WORK).end({ result: 'failed', ...cause });
    expect(await readTries(store, WORK.key)).toMatchObject([{ state: 'ended', end: cause }]);
  });
});

test('an evaluation that was interrupted is useful as far as its predictions were committed', async () => {
  const store = new MemoryStore();
  const meter = new TryMeter(store, WORK);
  meter.seePod({ stage: 'train' }, RUNNING);
  meter.notePredicted(40);
  meter.noteCommitted(30);
  meter.seePod({ stage: 'train' }, GONE);
  await meter.end({ result: 'interrupted', cause: 'evicted', message: 'drained', failures: 1 });
  const { rows } = await gatherLedger(store, WORK.key);
  expect(rows).toMatchObject([{ spending: { useful: 4 * 30, repeated: 4 * 10 } }]);
});

test('a store that cannot be reached is no failure of the work', async () => {
  const store = new MemoryStore();
  store.replace = () => Promise.reject(new StoreError('unreachable', 'no answer'));
  const meter = new TryMeter(store, WORK);
  meter.seePod({ stage: 'train' }, RUNNING);
  await expect(meter.end({ result: 'done' })).resolves.toBeUndefined();
});

const progressAt = (step: number) => ({ ...noSteps('train'), step, loss: 1 / step, mfu: 0.4 });

describe('what a trainer tells', () => {
  test('stays with its try, whoever follows it, though its log is read again from the beginning', async () => {
    const store = new MemoryStore();
    const first = new TryMeter(store, { ...WORK, stage: 'train' });
    first.seePod({ stage: 'train' }, RUNNING);
    first.noteProgress(progressAt(1));
    first.noteWarnings([{ message: 'hot', times: 1 }]);
    first.noteProgress(progressAt(2));
    await first.settle(); // Its worker died.
    const second = new TryMeter(store, { ...WORK, stage: 'train' });
    second.seePod({ stage: 'train' }, RUNNING);
    await second.settle();
    for (const step of [1, 2, 3]) second.noteProgress(progressAt(step));
    second.seePod({ stage: 'train' }, GONE);
    await second.end({ result: 'done' });
    const { tries } = await gatherLedger(store, WORK.key);
    expect(tries).toMatchObject([
      {
        warnings: [{ message: 'hot', times: 1 }],
        telemetry: { step: 3, means: { mfu: { of: 3 } } },
      },
    ]);
  });

  test('is kept of training alone: steps of an evaluation begin anew with each file', async () => {
    const store = new MemoryStore();
    const meter = new TryMeter(store, WORK);
    meter.seeProgress({ ...noSteps('evaluate'), step: 5 });
    meter.noteProgress({ ...noSteps('evaluate'), step: 5 });
    await meter.end({ result: 'done' });
    expect((await gatherLedger(store, WORK.key)).tries).toMatchObject([{ telemetry: null }]);
  });
});
