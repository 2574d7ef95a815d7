import { expect, test } from 'vitest';
import { createRandom } from '../../contract/random.ts';
import { readHistory } from '../../store/attempt-history.ts';
import { readBlock } from '../../store/blocks.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { createLeaseObserver } from '../../store/leases.ts';
import type { Store } from '../../store/store.ts';
import { Killed, killedAt, withFaults } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';
import { keyOf, temporaryFolder } from './support.ts';
import { CHECKPOINT_EVERY, STEPS, workOn } from './worker.ts';

const KEY = keyOf('block');

/** Works until killed. Answers whether it was. */
async function isKilled(
  store: Store,
  folder: string,
  onStep: (step: number) => void,
): Promise<boolean> {
  try {
    await workOn(store, { key: KEY, folder, onStep });
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

function createGate(): { open: () => void; opened: Promise<void> } {
  const gate = { open: (): void => {}, opened: Promise.resolve() };
  gate.opened = new Promise((resolve) => {
    gate.open = resolve;
  });
  return gate;
}

async function uninterrupted(): Promise<{ sha256: string; operations: number }> {
  const store = new MemoryStore();
  let operations = 0;
  const counting = withFaults(store, { before: () => void operations++ });
  const block = await workOn(counting, { key: KEY, folder: await temporaryFolder() });
  return { sha256: block?.sha256 ?? '', operations };
}

test.each(['before', 'after'] as const)(
  'killed %s any one operation, the next worker ends with the same and repeats at most an interval',
  async (when) => {
    const { sha256, operations } = await uninterrupted();
    expect(operations).toBeGreaterThan(40);
    for (let at = 0; at < operations; at++) {
      const store = new MemoryStore();
      const folder = await temporaryFolder();
      const steps: number[] = [];
      const onStep = (step: number): void => void steps.push(step);
      expect(await isKilled(killedAt(store, at, when), folder, onStep)).toBe(true);
      expect(await isKilled(store, folder, onStep)).toBe(false);
      expect((await readBlock(store, KEY))?.sha256).toBe(sha256);
      expect(steps.length - STEPS).toBeLessThanOrEqual(CHECKPOINT_EVERY);
      expect(await checkInvariants(store)).toEqual([]);
    }
  },
  60_000,
);

test('killed again and again at random, it ends with the same and repeats at most an interval a kill', async () => {
  const { sha256, operations } = await uninterrupted();
  for (let seed = 1; seed <= 25; seed++) {
    const store = new MemoryStore();
    const folder = await temporaryFolder();
    const random = createRandom(seed);
    const steps: number[] = [];
    let kills = 0;
    const die = async (): Promise<boolean> => {
      const when = random.pick(['before', 'after'] as const);
      const at = kills < 12 ? random.below(operations) : 10 * operations;
      return isKilled(killedAt(store, at, when), folder, (step) => void steps.push(step));
    };
    while (await die()) kills++;
    expect((await readBlock(store, KEY))?.sha256).toBe(sha256);
    expect(steps.length - STEPS).toBeLessThanOrEqual(kills * CHECKPOINT_EVERY);
    expect(await checkInvariants(store)).toEqual([]);
  }
}, 60_000);

test('stopped at any operation until another took over and finished, a worker does no harm when it goes on', async () => {
  const { sha256, operations } = await uninterrupted();
  for (let at = 1; at < operations; at++) {
    const store = new MemoryStore();
    const folder = await temporaryFolder();
    const there = createGate();
    const onward = createGate();
    const stopping = withFaults(store, {
      before: async (operation) => {
        if (operation !== at) return;
        there.open();
        await onward.opened;
      },
    });
    const stale = workOn(stopping, { key: KEY, folder: `${folder}/stale` });
    await there.opened;
    const block = await workOn(store, { key: KEY, folder: `${folder}/fresh` });
    onward.open();
    await stale;
    expect(block?.sha256).toBe(sha256);
    expect((await readBlock(store, KEY))?.sha256).toBe(sha256);
    expect(await checkInvariants(store)).toEqual([]);
  }
}, 60_000);

test('two that work at once, in any interleaving, commit one result', async () => {
  const { sha256 } = await uninterrupted();
  for (let seed = 1; seed <= 10; seed++) {
    const store = new MemoryStore();
    const folder = await temporaryFolder();
    const random = createRandom(seed);
    const work = async (name: string): Promise<void> => {
      const slow = withFaults(store, {
        before: () => new Promise((resolve) => setTimeout(resolve, random.below(4))),
      });
      // Impatient on purpose: each takes the other for dead now and then.
      const observer = createLeaseObserver(random.below(30));
      for (let turn = 0; turn < 50; turn++) {
        if (await workOn(slow, { key: KEY, folder: `${folder}/${name}`, observer })) return;
      }
    };
    await Promise.all([work('one'), work('two')]);
    expect((await readBlock(store, KEY))?.sha256).toBe(sha256);
    expect(await checkInvariants(store)).toEqual([]);
    const done = (await readHistory(store, KEY)).filter(
      ({ outcome }) => outcome?.result === 'done',
    );
    expect(done).toHaveLength(1);
  }
}, 60_000);
