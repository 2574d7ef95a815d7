import { expect, test } from 'vitest';
import { ATTEMPT_INVARIANTS } from '../../store/attempt-invariants.ts';
import {
  BLOCK_INVARIANTS,
  checkInvariants,
  PLANNED,
  READABLE,
  STEMS,
  WHOLE,
} from '../../store/check-invariants.ts';
import { leasePath } from '../../store/layout.ts';
import { finishedSweep, KEY } from './finished-sweep.ts';
import { DEFECTS, edit } from './seeded-defects.ts';

test('a sweep with kills and resumptions keeps every promise', async () => {
  const { store } = await finishedSweep();
  expect(await checkInvariants(store)).toEqual([]);
});

test.each(DEFECTS)('%s is found: %s', async (_name, invariant, plant) => {
  const { store, ...blocks } = await finishedSweep();
  await plant(store, blocks);
  const found = await checkInvariants(store);
  expect(found.map((violation) => violation.invariant)).toContain(invariant);
});

test('a defect seeds every invariant', () => {
  const seeded = new Set(DEFECTS.map(([, invariant]) => invariant));
  const known = [
    PLANNED,
    READABLE,
    STEMS,
    WHOLE,
    ...Object.keys(BLOCK_INVARIANTS),
    ...Object.keys(ATTEMPT_INVARIANTS),
  ];
  expect(known.filter((invariant) => !seeded.has(invariant))).toEqual([]);
});

test('one renewal under way when the attempt was taken for lost is no violation', async () => {
  const { store } = await finishedSweep();
  await edit(store, leasePath(KEY, 2), ({ beat }) => ({ beat: Number(beat) + 1 }));
  expect(await checkInvariants(store)).toEqual([]);
});

test('checking changes nothing', async () => {
  const { store } = await finishedSweep();
  const before = await store.list('');
  await checkInvariants(store);
  expect(await store.list('')).toEqual(before);
});
