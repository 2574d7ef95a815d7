import { expect, test } from 'vitest';
import { commitBlock, findDamage, inspectBlock } from '../../store/blocks.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { listDamage } from '../../store/damage.ts';
import { keepPruned, pruneBlock, restorePruned } from '../../store/prune.ts';
import { collectGarbage, GRACE } from '../../store/collect-garbage.ts';
import type { Store } from '../../store/store.ts';
import { finishedSweep, KEY, PARENT } from './finished-sweep.ts';
import { temporaryFolder, text } from './support.ts';
import { manifestOf, workOn } from './worker.ts';

test('a pruned block stays committed, breaks no promise, and is damage to nobody', async () => {
  const { store, parent, block } = await finishedSweep();
  await pruneBlock(store, PARENT);
  await collect(store);
  expect(await inspectBlock(store, PARENT)).toEqual({ state: 'pruned', block: parent, round: 1 });
  expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round: 0 });
  expect(await findDamage(store, PARENT)).toEqual([]);
  expect(await listDamage(store, PARENT)).toEqual([]);
  expect(await checkInvariants(store)).toEqual([]);
});

test('pruning twice is pruning once, and what is absent or damaged is not pruned', async () => {
  const { store } = await finishedSweep();
  expect(await pruneBlock(store, PARENT)).toMatchObject({ round: 1 });
  expect(await pruneBlock(store, PARENT)).toBeUndefined();
  expect(await pruneBlock(store, 'f'.repeat(64))).toBeUndefined();
});

test('what is pruned and kept after all is as it was', async () => {
  const { store, parent } = await finishedSweep();
  const pruned = await pruneBlock(store, PARENT);
  if (!pruned) throw new Error('not pruned');
  await keepPruned(store, pruned);
  expect(await inspectBlock(store, PARENT)).toEqual({ state: 'intact', block: parent, round: 1 });
  expect(await collect(store)).toEqual([]);
});

test('whoever trains it again mends it, and its children still fit', async () => {
  const { store, parent, block } = await finishedSweep();
  await pruneBlock(store, PARENT);
  await collect(store);
  expect(await workOn(store, { key: PARENT, folder: await temporaryFolder() })).toEqual(parent);
  expect(await inspectBlock(store, PARENT)).toEqual({ state: 'intact', block: parent, round: 1 });
  expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round: 0 });
  expect(await checkInvariants(store)).toEqual([]);
});

test('where it comes out differently it is the next generation, and its children fit no more', async () => {
  const { store } = await finishedSweep();
  await pruneBlock(store, PARENT);
  const other = await store.putBlob(text('other weights'));
  const { block } = await commitBlock(store, manifestOf(PARENT, [{ name: 'w', ...other }]));
  expect(block.generation).toBe(2);
  expect(await inspectBlock(store, PARENT)).toMatchObject({ state: 'intact', round: 1 });
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged' });
});

test('a pruned block whose parent came out differently is damaged', async () => {
  const { store } = await finishedSweep();
  await pruneBlock(store, KEY);
  await pruneBlock(store, PARENT);
  const other = await store.putBlob(text('other weights'));
  await commitBlock(store, manifestOf(PARENT, [{ name: 'w', ...other }]));
  expect(await inspectBlock(store, KEY)).toMatchObject({
    state: 'damaged',
    recorded: false,
    round: 2,
    reasons: [expect.stringContaining('its parent')],
  });
});

test('weights that are wanted again are computed again, those that stand are not', async () => {
  const { store } = await finishedSweep();
  expect(await restorePruned(store, PARENT)).toBe(false);
  await pruneBlock(store, PARENT);
  expect(await restorePruned(store, PARENT)).toBe(true);
  expect(await inspectBlock(store, PARENT)).toMatchObject({
    state: 'damaged',
    recorded: true,
    round: 2,
  });
  await workOn(store, { key: PARENT, folder: await temporaryFolder() });
  expect(await inspectBlock(store, PARENT)).toMatchObject({ state: 'intact', round: 2 });
  expect(await checkInvariants(store)).toEqual([]);
});

async function collect(store: Store): Promise<string[]> {
  const options = { grace: GRACE, now: Date.now() + 2 * GRACE, remove: true };
  return (await collectGarbage(store, options)).garbage.map(({ path }) => path);
}
