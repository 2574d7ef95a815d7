import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPartials, readOutcome } from '../../store/attempt-history.ts';
import { type Attempt, claimAttempt, recordOutcome } from '../../store/attempts.ts';
import { commitBlock } from '../../store/blocks.ts';
import { attemptsFolder, partialFilePath, partialManifestPath } from '../../store/layout.ts';
import { cleanPartials, putPartial, restoreNewestPartial } from '../../store/partials.ts';
import { encodeRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { withFaults } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';
import { keyOf, ownerElsewhere, readFiles, temporaryFolder, text, writeFiles } from './support.ts';
import { manifestOf, noPatience, workOn } from './worker.ts';

const KEY = keyOf('block');

async function claimed(store: Store): Promise<Attempt> {
  const claim = await claimAttempt(store, KEY, ownerElsewhere(), noPatience());
  if (claim.state === 'claimed') return claim.attempt;
  throw new Error(claim.state);
}

async function put(store: Store, attempt: Attempt, step: number): Promise<boolean> {
  const files = {
    weights: `weights ${step}`,
    'state/optimiser': `optimiser ${step}`,
    'a.json': '',
  };
  return putPartial(store, attempt, step, await writeFiles(await temporaryFolder(), files));
}

async function restore(
  store: Store,
  attempt: Attempt,
): Promise<{
  step: number | null;
  damaged: number[];
  reasons: string[];
  files: Record<string, string>;
}> {
  const folder = join(await temporaryFolder(), 'resume');
  const { resumedFrom, damaged } = await restoreNewestPartial(store, attempt, folder);
  return {
    step: resumedFrom?.step ?? null,
    damaged: damaged.map(({ step }) => step),
    reasons: damaged.map(({ reason }) => reason),
    files: existsSync(folder) ? await readFiles(folder) : {},
  };
}

test('without a checkpoint there is nothing to restore, and no folder', async () => {
  const store = new MemoryStore();
  expect(await restore(store, await claimed(store))).toMatchObject({ step: null, files: {} });
});

test('a checkpoint is restored file by file, folders included, by a later attempt', async () => {
  const store = new MemoryStore();
  expect(await put(store, await claimed(store), 10)).toBe(true);
  const restored = await restore(store, await claimed(store));
  expect(restored.step).toBe(10);
  expect(restored.files).toEqual({
    weights: 'weights 10',
    'state/optimiser': 'optimiser 10',
    'a.json': '',
  });
});

test('the newest of all attempts is restored: the highest step, then the later attempt', async () => {
  const store = new MemoryStore();
  const first = await claimed(store);
  await put(store, first, 10);
  await put(store, first, 20);
  const second = await claimed(store);
  await put(store, second, 15);
  expect(await listPartials(store, KEY)).toEqual([
    { attempt: 1, step: 20 },
    { attempt: 2, step: 15 },
    { attempt: 1, step: 10 },
  ]);
  expect((await restore(store, await claimed(store))).step).toBe(20);
});

test('of a growing number only the newest two are kept', async () => {
  const store = new MemoryStore();
  const first = await claimed(store);
  for (const step of [10, 20, 30]) await put(store, first, step);
  const second = await claimed(store);
  await put(store, second, 40);
  const left = await store.list(attemptsFolder(KEY));
  expect(await listPartials(store, KEY)).toEqual([
    { attempt: 2, step: 40 },
    { attempt: 1, step: 30 },
  ]);
  expect(left.filter((path) => path.includes('/partial/10') || path.includes('/20/'))).toEqual([]);
});

test.each([
  ['a flipped bit in a file', partialFilePath(KEY, 1, 20, 'weights'), 'weights 30', 'damaged'],
  ['a file cut short', partialFilePath(KEY, 1, 20, 'weights'), 'wei', 'damaged'],
  ['a missing file', partialFilePath(KEY, 1, 20, 'weights'), null, 'not in'],
  ['half a manifest', partialManifestPath(KEY, 1, 20), '{"files":[', 'no JSON'],
  ['an empty manifest', partialManifestPath(KEY, 1, 20), '', 'no JSON'],
])(
  '%s: the checkpoint before is restored instead, and it is said why',
  async (_name, path, content, why) => {
    const store = new MemoryStore();
    const first = await claimed(store);
    await put(store, first, 10);
    await put(store, first, 20);
    await store.remove(path);
    if (content !== null) await store.create(path, text(content));
    const restored = await restore(store, await claimed(store));
    expect(restored).toMatchObject({ step: 10, damaged: [20] });
    expect(restored.reasons[0]).toContain(why);
    expect(restored.files['weights']).toBe('weights 10');
  },
);

test('when all are damaged it begins anew, and says so of each', async () => {
  const store = new MemoryStore();
  const first = await claimed(store);
  for (const step of [10, 20]) {
    await put(store, first, step);
    await store.replace(partialFilePath(KEY, 1, step, 'weights'), text('other'));
  }
  const restored = await restore(store, await claimed(store));
  expect(restored).toMatchObject({ step: null, damaged: [20, 10], files: {} });
});

test('a store that cannot be reached is no damage', async () => {
  const store = new MemoryStore();
  await put(store, await claimed(store), 10);
  const attempt = await claimed(store);
  const down = withFaults(store, {
    before: (_operation, name) => {
      if (name === 'fetchFile') throw new Error('down');
    },
  });
  await expect(restore(down, attempt)).rejects.toThrow('down');
});

test.each(['../outside', '/etc/passwd', 'a/../../outside', ''])(
  'a manifest that names %j restores nothing outside its folder',
  async (name) => {
    const store = new MemoryStore();
    await claimed(store);
    const files = [{ name, sha256: keyOf('x'), size: 1 }];
    const manifest = { format: 1, key: KEY, attempt: 1, round: 0, step: 5, files };
    await store.create(partialManifestPath(KEY, 1, 5), encodeRecord(manifest));
    const restored = await restore(store, await claimed(store));
    expect(restored).toMatchObject({ step: null, damaged: [5], files: {} });
  },
);

test('a checkpoint that was moved to another step or block is not taken', async () => {
  const store = new MemoryStore();
  await put(store, await claimed(store), 10);
  const manifest = (await store.read(partialManifestPath(KEY, 1, 10))) ?? text('');
  await store.create(partialManifestPath(KEY, 1, 99), manifest);
  expect(await restore(store, await claimed(store))).toMatchObject({ step: 10, damaged: [99] });
});

test('a superseded attempt is told so, and its files do not count', async () => {
  const store = new MemoryStore();
  const first = await claimed(store);
  await put(store, first, 10);
  const second = await claimed(store);
  expect(await put(store, first, 20)).toBe(false);
  expect((await restore(store, second)).step).toBe(10);
});

test('a superseded attempt never removes what the newer one goes on from', async () => {
  const store = new MemoryStore();
  const first = await claimed(store);
  for (const step of [10, 20]) await put(store, first, step);
  let second: Attempt | undefined;
  const raced = withFaults(store, {
    before: async (_operation, name) => {
      // The claim comes between the last look at it and the manifest.
      if (name === 'create' && !second) second = await claimed(store);
    },
  });
  expect(await put(raced, first, 30)).toBe(false);
  expect(await listPartials(store, KEY)).toEqual(
    [30, 20, 10].map((step) => ({ attempt: 1, step })),
  );
});

test('the same step again is no news', async () => {
  const store = new MemoryStore();
  const attempt = await claimed(store);
  await put(store, attempt, 10);
  const again = await writeFiles(await temporaryFolder(), { weights: 'others' });
  expect(await putPartial(store, attempt, 10, again)).toBe(true);
  expect((await restore(store, await claimed(store))).files['weights']).toBe('weights 10');
});

test('a file name that cannot be stored is refused by name', async () => {
  const store = new MemoryStore();
  const folder = await writeFiles(await temporaryFolder(), { 'my weights': 'x' });
  const putting = putPartial(store, await claimed(store), 10, folder);
  await expect(putting).rejects.toThrow('my weights');
});

test('after the commit all partial checkpoints are gone and every attempt has its end', async () => {
  const store = new MemoryStore();
  await put(store, await claimed(store), 10);
  const second = await claimed(store);
  await put(store, second, 20);
  const manifest = manifestOf(KEY, [{ name: 'w', ...(await store.putBlob(text('w'))) }]);
  await commitBlock(store, manifest);
  await cleanPartials(store, KEY);
  await cleanPartials(store, KEY);
  expect(await listPartials(store, KEY)).toEqual([]);
  expect(
    (await store.list(attemptsFolder(KEY))).filter((path) => path.includes('partial')),
  ).toEqual([]);
  expect(await readOutcome(store, KEY, 1)).toMatchObject({ result: 'lost' });
  expect(await readOutcome(store, KEY, 2)).toMatchObject({
    result: 'lost',
    partials: [
      { attempt: 2, step: 20 },
      { attempt: 1, step: 10 },
    ],
  });
});

test('a partial that arrives after the commit is taken away by who brought it', async () => {
  const store = new MemoryStore();
  const late = await claimed(store);
  await workOn(store, { key: KEY, folder: await temporaryFolder() });
  expect(await put(store, late, 2)).toBe(false);
  expect(
    (await store.list(attemptsFolder(KEY))).filter((path) => path.includes('partial')),
  ).toEqual([]);
});

test('partials of before a block was damaged are not mixed into what replaces it', async () => {
  const store = new MemoryStore();
  const late = await claimed(store);
  const folder = await temporaryFolder();
  const block = await workOn(store, { key: KEY, folder });
  const manifest = { format: 1, key: KEY, attempt: late.number, round: 0, step: 5, files: [] };
  await store.create(partialManifestPath(KEY, late.number, 5), encodeRecord(manifest));
  for (const { sha256 } of block?.manifest.files ?? [])
    await store.remove(`blobs/sha256/${sha256.slice(0, 2)}/${sha256}`);
  const again = await claimed(store);
  expect(again.round).toBe(1);
  expect(await restore(store, again)).toMatchObject({ step: null, damaged: [] });
  await recordOutcome(store, again, { result: 'interrupted', step: 0, reason: 'test' });
});
