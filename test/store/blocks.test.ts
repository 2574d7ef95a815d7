import { expect, test } from 'vitest';
import { claimAttempt } from '../../store/attempts.ts';
import {
  type Block,
  commitBlock,
  findDamage,
  inspectBlock,
  readBlock,
} from '../../store/blocks.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { blobPath, damagePath, manifestPath } from '../../store/layout.ts';
import type { BlockManifest } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { withFaults } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';
import { keyOf, ownerElsewhere, temporaryFolder, text } from './support.ts';
import { manifestOf, noPatience, workOn } from './worker.ts';

const KEY = keyOf('block');
const CHILD = keyOf('child');

async function manifestWith(store: Store, weights: string): Promise<BlockManifest> {
  return manifestOf(KEY, [{ name: 'weights', ...(await store.putBlob(text(weights))) }]);
}

async function train(
  store: Store,
  key: string,
  rest: { parent?: Block; seed?: string } = {},
): Promise<Block> {
  const block = await workOn(store, { key, folder: await temporaryFolder(), ...rest });
  if (block) return block;
  throw new Error(`${key} was not trained`);
}

/** Replaces a block's file by other bytes of the same length. */
async function rot(store: Store, block: Block): Promise<void> {
  const [file] = block.manifest.files;
  await store.replace(blobPath(file?.sha256 ?? ''), Buffer.alloc(file?.size ?? 0, '!'));
}

async function lose(store: Store, block: Block): Promise<void> {
  await store.remove(blobPath(block.manifest.files[0]?.sha256 ?? ''));
}

test('a committed manifest is read back with its own hash', async () => {
  const store = new MemoryStore();
  expect(await readBlock(store, KEY)).toBeUndefined();
  expect(await inspectBlock(store, KEY)).toEqual({ state: 'absent' });
  const manifest = await manifestWith(store, 'weights');
  const { block, adopted } = await commitBlock(store, manifest);
  expect(adopted).toBe(false);
  expect(block).toMatchObject({ manifest, generation: 1 });
  expect(await readBlock(store, KEY)).toEqual(block);
  expect((await store.digest(manifestPath(KEY)))?.sha256).toBe(block.sha256);
  expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round: 0 });
});

test('nothing is committed before all its files are stored in their size', async () => {
  const store = new MemoryStore();
  const manifest = await manifestWith(store, 'weights');
  const missing = { name: 'x', sha256: keyOf('not stored'), size: 3 };
  const short = { ...manifest.files[0], name: 'y', size: 99 } as typeof missing;
  for (const file of [missing, short]) {
    const committing = commitBlock(store, { ...manifest, files: [...manifest.files, file] });
    await expect(committing).rejects.toMatchObject({ fault: 'missing' });
  }
  expect(await readBlock(store, KEY)).toBeUndefined();
});

test('of different results the first commit wins and the loser adopts it', async () => {
  const store = new MemoryStore();
  const manifests = await Promise.all(['a', 'b', 'c'].map((name) => manifestWith(store, name)));
  const commits = await Promise.all(manifests.map((manifest) => commitBlock(store, manifest)));
  expect(commits.filter(({ adopted }) => !adopted)).toHaveLength(1);
  expect(new Set(commits.map(({ block }) => block.sha256)).size).toBe(1);
});

test('a commit whose acknowledgement was lost is recognised as one’s own', async () => {
  const store = new MemoryStore();
  const manifest = await manifestWith(store, 'weights');
  const retrying = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'create') return value.bind(target);
      // As an S3 client does: written, reply lost, tried again, refused because it stands.
      return async (path: string, bytes: Uint8Array) => {
        await target.create(path, bytes);
        return target.create(path, bytes);
      };
    },
  });
  expect(await commitBlock(retrying, manifest)).toMatchObject({ adopted: false });
  const claim = await claimAttempt(retrying, CHILD, ownerElsewhere(), noPatience());
  expect(claim.state).toBe('claimed');
});

test('a lost file makes a block damaged; the same files mend it', async () => {
  const store = new MemoryStore();
  const block = await train(store, KEY);
  await lose(store, block);
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged', recorded: false });
  expect(await train(store, KEY)).toEqual(block);
  expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round: 1 });
  expect(await checkInvariants(store)).toEqual([]);
});

test('rot in a file is found by reading it, remembered, and mended by the same files', async () => {
  const store = new MemoryStore();
  const block = await train(store, KEY);
  expect(await findDamage(store, KEY)).toEqual([]);
  await rot(store, block);
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'intact' });
  expect(await findDamage(store, KEY)).toEqual([expect.stringContaining('weights: its blob')]);
  expect(await findDamage(store, KEY)).toHaveLength(1);
  expect(await inspectBlock(store, KEY)).toMatchObject({
    state: 'damaged',
    recorded: true,
    round: 1,
  });
  expect(await train(store, KEY)).toEqual(block);
  expect(await findDamage(store, KEY)).toEqual([]);
  expect(await checkInvariants(store)).toEqual([]);
});

test('damage may come again and again', async () => {
  const store = new MemoryStore();
  const block = await train(store, KEY);
  for (let round = 1; round <= 3; round++) {
    await rot(store, block);
    await findDamage(store, KEY);
    await train(store, KEY);
    expect(await inspectBlock(store, KEY)).toEqual({ state: 'intact', block, round });
  }
  expect(await checkInvariants(store)).toEqual([]);
});

test('different files become the next generation, and what stems from the old one is stale', async () => {
  const store = new MemoryStore();
  const first = await train(store, KEY);
  const child = await train(store, CHILD, { parent: first });
  await lose(store, first);
  const second = await train(store, KEY, { seed: 'another machine' });
  expect(second.generation).toBe(2);
  expect(await readBlock(store, KEY)).toEqual(second);
  expect(await inspectBlock(store, CHILD)).toMatchObject({
    state: 'damaged',
    reasons: [expect.stringContaining('computed again')],
  });
  const newChild = await train(store, CHILD, { parent: second });
  expect(newChild).toMatchObject({
    generation: 2,
    manifest: { parent: { manifest: second.sha256 } },
  });
  expect(newChild.sha256).not.toBe(child.sha256);
  expect(await checkInvariants(store)).toEqual([]);
});

test('an unreadable manifest is written again as the next generation, and children stay', async () => {
  const store = new MemoryStore();
  const first = await train(store, KEY);
  await train(store, CHILD, { parent: first });
  await store.replace(manifestPath(KEY), text('{"format":1,"ke'));
  await expect(readBlock(store, KEY)).rejects.toMatchObject({ fault: 'corrupt' });
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged', block: null });
  const again = await train(store, KEY);
  expect(again).toEqual({ ...first, generation: 2 });
  expect(await inspectBlock(store, CHILD)).toMatchObject({ state: 'intact' });
});

test('a manifest of another block is not taken for this one’s', async () => {
  const store = new MemoryStore();
  await train(store, KEY);
  await store.create(manifestPath(CHILD), (await store.read(manifestPath(KEY))) ?? text(''));
  await expect(readBlock(store, CHILD)).rejects.toThrow(`the manifest of ${KEY}`);
});

test('what is still damaged cannot be called mended', async () => {
  const store = new MemoryStore();
  const block = await train(store, KEY);
  await rot(store, block);
  await findDamage(store, KEY);
  const committing = commitBlock(store, block.manifest);
  await expect(committing).rejects.toMatchObject({ fault: 'corrupt' });
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged' });
});

test('an unreadable damage record counts as damage until it is mended', async () => {
  const store = new MemoryStore();
  const block = await train(store, KEY);
  await store.create(damagePath(KEY, 1), text('half'));
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'damaged', round: 1 });
  expect(await train(store, KEY)).toEqual(block);
  expect(await inspectBlock(store, KEY)).toMatchObject({ state: 'intact' });
});

test('looking at an intact block costs a few small reads', async () => {
  const store = new MemoryStore();
  const parent = await train(store, KEY);
  await train(store, CHILD, { parent });
  const names: string[] = [];
  const counting = withFaults(store, { before: (_operation, name) => void names.push(name) });
  await inspectBlock(counting, CHILD);
  expect(names.length).toBeLessThanOrEqual(6);
  expect(new Set(names)).toEqual(new Set(['read', 'hasBlob']));
});
