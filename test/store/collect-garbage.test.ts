import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectGarbage, GRACE } from '../../store/collect-garbage.ts';
import { blobPath } from '../../store/layout.ts';
import { sumByKind } from '../../store/usage.ts';
import { filledStore } from './filled-store.ts';
import { describeGarbage } from './garbage-laws.ts';
import { MemoryStore } from './memory-store.ts';
import { temporaryStore, text } from './support.ts';

describeGarbage('memory', async () => new MemoryStore());
describeGarbage('files', async () => (await temporaryStore()).store);

test('a blob that is put again when it is old counts as new', async () => {
  const { store, folder } = await temporaryStore();
  const { sha256 } = await store.putBlob(text('weights'));
  const before = new Date(Date.now() - 2 * GRACE);
  await utimes(join(folder, blobPath(sha256)), before, before);
  const options = { grace: GRACE, now: Date.now(), remove: true };
  expect((await collectGarbage(store, { ...options, remove: false })).garbage).toHaveLength(1);
  await store.putBlob(text('weights'));
  expect((await collectGarbage(store, options)).garbage).toEqual([]);
  expect(await store.hasBlob(sha256)).toBe(true);
});

test('what a killed writer left unfinished is collected with the rest', async () => {
  const { store, folder } = await temporaryStore();
  const file = join(folder, '.unfinished', 'half');
  await writeFile(file, 'half');
  const options = { grace: GRACE, now: Date.now() + 2 * GRACE };
  const told = await collectGarbage(store, { ...options, remove: false });
  expect(told.unfinished).toEqual(['.unfinished/half']);
  const done = await collectGarbage(store, { ...options, remove: true });
  expect(done.unfinished).toEqual(['.unfinished/half']);
  expect(await store.listUnfinished()).toEqual([]);
});

test('usage is told by kind, the largest first, and adds up', async () => {
  const { store } = await filledStore();
  await store.create('notes/mine.txt', text('x'.repeat(100_000)));
  const all = await store.measure('');
  const usage = sumByKind(all);
  expect(usage[0]).toEqual({ kind: 'foreign', objects: 1, bytes: 100_000 });
  expect(sum(usage.map(({ bytes }) => bytes))).toBe(sum(all.map(({ size }) => size)));
  expect(usage.find(({ kind }) => kind === 'manifest')?.objects).toBe(2);
});

function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
