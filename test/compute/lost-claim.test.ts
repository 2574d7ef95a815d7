import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { carryTraining } from '../../compute/carry-training.ts';
import type { TrainWork } from '../../compute/compute.ts';
import type { RunTrainer } from '../../compute/trainer-process.ts';
import type * as Timeouts from '../../contract/timeouts.ts';
import { claimAttempt } from '../../store/attempts.ts';
import { readHistory } from '../../store/attempt-history.ts';
import { createLeaseObserver } from '../../store/leases.ts';
import { leasePath } from '../../store/layout.ts';
import { type Store, StoreError } from '../../store/store.ts';
import { withFaults } from '../store/faulty-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { keyOf, ownerElsewhere, text } from '../store/support.ts';

vi.mock('../../contract/timeouts.ts', async (load) => ({
  ...(await load<typeof Timeouts>()),
  LEASE_RENEWAL: 5,
  LEASE: 50,
}));

const KEY = keyOf('block');
/** Milliseconds for what takes a few on a machine that is not busy. */
const PATIENCE = 20_000;
let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

/** Trains until it is told to stop, saving nothing; meanwhile `happen` happens. */
async function train(through: Store, happen: () => Promise<void> | void): Promise<unknown> {
  const work: TrainWork = {
    store: through,
    key: KEY,
    trainer: { command: ['true'] },
    hyperparameters: {},
    tools: (await store.putBlob(text('tools'))).sha256,
    identity: 'toy',
    sweep: 'sweep',
    label: 'keep/1',
    parent: null,
    data: (await store.putBlob(text('data'))).sha256,
    seeds: { order: 1, initialisation: 1 },
    checkpointEvery: 1,
    worldSize: 1,
    grace: { trainer: 10 },
    domains: undefined,
  };
  const run: RunTrainer = async ({ signal }) => {
    await happen();
    if (!signal.aborted) await once(signal, 'abort');
    return 'interrupted';
  };
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-carry-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hooks = {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onCount: async () => undefined,
  };
  return carryTraining(work, hooks, {
    takeTurn: (_turn, act) => act(run),
    makeFolder: async () => folder,
    cache: folder,
  });
}

test('a claim that the store did not let renew is lost to the store, and to nobody else', async () => {
  let isAway = false;
  const through = withFaults(store, {
    before: (_operation, name) => {
      if (isAway && name === 'replace') throw new StoreError('unreachable', 'no answer from S3');
    },
  });
  const trained = train(through, async () => {
    await vi.waitFor(
      async () => expect(await store.read(leasePath(KEY, 1))).toBeDefined(),
      PATIENCE,
    );
    isAway = true;
  });
  await expect(trained).rejects.toMatchObject({ name: 'StoreError', fault: 'unreachable' });
  expect((await readHistory(store, KEY)).map(({ outcome }) => outcome)).toMatchObject([
    { result: 'interrupted', reason: 'no answer from S3' },
  ]);
});

test('a claim that another attempt took over is superseded', async () => {
  const trained = train(store, async () => {
    const observer = createLeaseObserver(0);
    await claimAttempt(store, KEY, ownerElsewhere(), observer);
    await vi.waitFor(
      async () =>
        expect((await claimAttempt(store, KEY, ownerElsewhere(), observer)).state).toBe('claimed'),
      PATIENCE,
    );
  });
  await expect(trained).rejects.toMatchObject({ causeName: 'superseded' });
});
