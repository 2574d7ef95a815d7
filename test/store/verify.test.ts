import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Block, inspectBlock } from '../../store/blocks.ts';
import {
  blobPath,
  claimPath,
  countPath,
  leasePath,
  manifestPath,
  outcomePath,
  partialFilePath,
  predictionsPath,
  scorePath,
} from '../../store/layout.ts';
import { encodeRecord } from '../../store/records.ts';
import { repairStore } from '../../store/repair.ts';
import type { Store } from '../../store/store.ts';
import type { Finding } from '../../store/survey.ts';
import { verifyStore } from '../../store/verify.ts';
import { withFaults } from './faulty-store.ts';
import {
  CHILD,
  type Filled,
  filledStore,
  KEY,
  PREDICTION,
  SCORE,
  UNFINISHED,
} from './filled-store.ts';
import { keyOf, temporaryFolder, temporaryStore, text } from './support.ts';
import { workOn } from './worker.ts';

async function flip(store: Store, path: string): Promise<void> {
  const bytes = Buffer.from((await store.read(path)) ?? '');
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await store.replace(path, bytes);
}

async function cut(store: Store, path: string): Promise<void> {
  const bytes = (await store.read(path)) ?? text('');
  await store.replace(path, bytes.subarray(0, bytes.length >> 1));
}

async function swap(store: Store, one: string, other: string): Promise<void> {
  const [first, second] = await Promise.all([store.read(one), store.read(other)]);
  await store.replace(one, second ?? text(''));
  await store.replace(other, first ?? text(''));
}

const blobOf = ({ manifest }: Block): string => blobPath(manifest.files[0]?.sha256 ?? '');
const partial = partialFilePath(UNFINISHED, 1, 2, 'sum');

type Plant = (filled: Filled) => Promise<void>;
type Case = [string, Finding['kind'], Plant, depth?: 'deep'];

const DEFECTS: Case[] = [
  ['a missing blob', 'damaged block', ({ store, block }) => store.remove(blobOf(block))],
  ['a truncated blob', 'damaged block', ({ store, block }) => cut(store, blobOf(block))],
  [
    'a flipped bit in a blob',
    'damaged blob',
    ({ store, block }) => flip(store, blobOf(block)),
    'deep',
  ],
  [
    'two blobs swapped',
    'damaged blob',
    ({ store, block, child }) => swap(store, blobOf(block), blobOf(child)),
    'deep',
  ],
  ['a torn manifest', 'unreadable', ({ store }) => cut(store, manifestPath(KEY))],
  ['a flipped bit in a manifest', 'unreadable', ({ store }) => flip(store, manifestPath(KEY))],
  [
    'two manifests swapped',
    'unreadable',
    ({ store }) => swap(store, manifestPath(KEY), manifestPath(CHILD)),
  ],
  [
    'a manifest replaced by an older one of another parent',
    'damaged block',
    async ({ store, block }) => {
      const other = { ...block.manifest, tokens: 1 };
      await store.replace(manifestPath(KEY), encodeRecord(other));
    },
  ],
  ['a torn claim', 'unreadable', ({ store }) => cut(store, claimPath(KEY, 1))],
  ['an empty outcome', 'unreadable', ({ store }) => store.replace(outcomePath(KEY, 1), text(''))],
  [
    'a lease of another block',
    'unreadable',
    ({ store }) => swap(store, leasePath(KEY, 1), leasePath(CHILD, 1)),
  ],
  ['torn predictions', 'unreadable', ({ store }) => cut(store, predictionsPath(PREDICTION))],
  ['a flipped bit in a score', 'unreadable', ({ store }) => flip(store, scorePath(SCORE))],
  ['a torn count', 'unreadable', ({ store }) => cut(store, countPath(keyOf('count')))],
  [
    'a score without its predictions',
    'missing',
    ({ store }) => store.remove(predictionsPath(PREDICTION)),
  ],
  [
    'predictions without their prompts',
    'missing',
    async ({ store }) => store.remove(blobPath(keyOf('{"id":"1"}\n'))),
  ],
  ['a missing file of a checkpoint', 'damaged checkpoint', ({ store }) => store.remove(partial)],
  [
    'a flipped bit in a checkpoint',
    'damaged checkpoint',
    ({ store }) => store.replace(partial, text('4')),
    'deep',
  ],
];

test('a whole store has no findings, and says what it holds', async () => {
  const { store } = await filledStore();
  for (const deep of [false, true]) {
    expect(await verifyStore(store, { deep })).toEqual({
      findings: [],
      counts: {
        blobs: 5,
        records: 17,
        blocks: 2,
        pruned: 0,
        orphans: 0,
        unfinished: 0,
        foreign: 0,
      },
    });
  }
});

test.each(DEFECTS)('%s is found: %s', async (_name, kind, plant, depth) => {
  const filled = await filledStore();
  await plant(filled);
  const { findings } = await verifyStore(filled.store, { deep: depth === 'deep' });
  expect(findings.map((finding) => finding.kind)).toContain(kind);
  const whole = findings.filter(({ path, what, mend }) => path && what && mend);
  expect(whole).toEqual(findings);
});

test('reading every byte finds all that a look at sizes finds', async () => {
  const filled = await filledStore();
  await cut(filled.store, blobOf(filled.block));
  await filled.store.remove(blobOf(filled.child));
  const kinds = (await verifyStore(filled.store, { deep: true })).findings.map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['damaged blob', 'damaged block', 'damaged block']);
});

test('what nobody names, what was never finished and what is foreign are counted, not blamed', async () => {
  const { store, folder } = await temporaryStore();
  await filledStore(store);
  await store.putBlob(text('nobody names this'));
  await writeFile(join(folder, '.unfinished', 'half'), 'half');
  await store.create('notes/mine.txt', text('hello'));
  const { findings, counts } = await verifyStore(store, { deep: true });
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ orphans: 1, unfinished: 1, foreign: 1 });
});

test('verifying writes nothing', async () => {
  const { store, block } = await filledStore();
  await flip(store, blobOf(block));
  const reading = new Set(['list', 'read', 'hasBlob', 'digest', 'readBlob', 'listUnfinished']);
  const guarded = withFaults(store, {
    before: (_operation, name) => {
      if (!reading.has(name)) throw new Error(`${name} was called`);
    },
  });
  const { findings } = await verifyStore(guarded, { deep: true });
  expect(findings).toHaveLength(1);
});

test('a repaired store is whole once the sweep has run again', async () => {
  const { store, block, child } = await filledStore();
  await flip(store, blobOf(block));
  await store.remove(blobOf(child));
  await cut(store, scorePath(SCORE));
  const repairs = await repairStore(store);
  expect(repairs.map(({ path }) => path)).toContain(scorePath(SCORE));
  expect(await store.read(scorePath(SCORE))).toBeUndefined();
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged', recorded: true });
  await workOn(store, { key: KEY, folder: await temporaryFolder() });
  await workOn(store, { key: CHILD, parent: block, folder: await temporaryFolder() });
  expect((await verifyStore(store, { deep: true })).findings).toEqual([]);
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'intact', block });
  expect(await repairStore(store)).toEqual([]);
});

test('repair takes nothing away from a whole store', async () => {
  const { store } = await filledStore();
  const before = await store.list('');
  expect(await repairStore(store)).toEqual([]);
  expect(await store.list('')).toEqual(before);
});

test('repair leaves alone what reads differently each time: the machine is not to be trusted', async () => {
  const { store, block } = await filledStore();
  let reads = 0;
  const unsteady = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'digest') return value.bind(target);
      return async () => ({ sha256: keyOf(`${reads++}`), size: 1 });
    },
  });
  await repairStore(unsteady);
  expect(reads).toBeGreaterThan(0);
  expect(await store.list('')).toContain(blobOf(block));
});
