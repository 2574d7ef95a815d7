import { chmod, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileStore } from '../../store/file-store.ts';
import { describeStore } from './conformance.ts';
import { temporaryFolder, temporaryStore, text } from './support.ts';

const MIB = 1024 * 1024;

describeStore('a file store', { acrossProcesses: true, memory: 48 * MIB }, async () => {
  const folder = join(await temporaryFolder(), 'store');
  return {
    open: () => openFileStore(folder),
    tamper: async (path, bytes) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await rm(join(folder, path), { force: true });
      await writeFile(join(folder, path), bytes);
    },
  };
});

test('a file store is made with all folders that lead to it, and named by a URL', async () => {
  const folder = join(await temporaryFolder(), 'not', 'yet', 'there');
  const store = await openFileStore(folder);
  expect(store.url).toBe(`file://${folder}`);
});

test('a file store keeps blobs where people and tools can find them', async () => {
  const { store, folder } = await temporaryStore();
  const { sha256 } = await store.putBlob(text('weights'));
  expect(await readdir(join(folder, 'blobs', 'sha256', sha256.slice(0, 2)))).toEqual([sha256]);
});

test('a file store follows no link out of itself, in folders or in files', async () => {
  const { store, folder } = await temporaryStore();
  const outside = await temporaryFolder();
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(folder, 'linked'));
  await store.create('real/a', text('a'));
  await symlink(join(outside, 'secret'), join(folder, 'real', 'link'));
  const refused = { fault: 'refused' };
  await expect(store.read('linked/secret')).rejects.toMatchObject(refused);
  await expect(store.create('linked/new', text('x'))).rejects.toMatchObject(refused);
  await expect(store.create('linked/deep/new', text('x'))).rejects.toMatchObject(refused);
  await expect(store.list('linked/')).rejects.toMatchObject(refused);
  await expect(store.remove('linked/secret')).rejects.toMatchObject(refused);
  await expect(store.read('real/link')).rejects.toMatchObject(refused);
  expect(await store.create('real/link', text('x'))).toBe(false);
  await store.replace('real/link', text('own'));
  expect(await store.list('')).toEqual(['real/a', 'real/link']);
  expect(await readdir(outside)).toEqual(['secret']);
});

test('a file store sweeps what was left unfinished for more than an hour, and no younger file', async () => {
  const { folder } = await temporaryStore();
  const unfinished = join(folder, '.unfinished');
  await writeFile(join(unfinished, 'old'), 'half');
  await writeFile(join(unfinished, 'young'), 'half');
  const before = new Date(Date.now() - 61 * 60 * 1000);
  await utimes(join(unfinished, 'old'), before, before);
  const store = await openFileStore(folder);
  expect(await store.listUnfinished()).toEqual(['.unfinished/young']);
  expect(await store.list('')).toEqual([]);
});

test('a file store leaves nothing unfinished behind, also where it lost or failed', async () => {
  const { store } = await temporaryStore();
  await store.create('a', text('first'));
  await store.create('a', text('second'));
  await store.putBlob(text('x'));
  await expect(store.putBlobFile('/does/not/exist')).rejects.toThrow('does/not/exist');
  await expect(store.create('a/b', text('x'))).rejects.toMatchObject({ fault: 'refused' });
  expect(await store.listUnfinished()).toEqual([]);
});

test('a file store says what is wrong and how to mend it when its folder is a file', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(openFileStore(join(folder, 'file'))).rejects.toMatchObject({
    fault: 'refused',
    message: expect.stringContaining(join(folder, 'file')),
  });
});

test('a file store says so when its folder is gone', async () => {
  const { store, folder } = await temporaryStore();
  await rm(folder, { recursive: true });
  const error = { fault: 'unreachable', message: expect.stringMatching(/cannot write a .*gone/) };
  await expect(store.create('a', text('x'))).rejects.toMatchObject(error);
});

test.skipIf(process.getuid?.() === 0)('a file store says so when it may not write', async () => {
  const { store, folder } = await temporaryStore();
  await store.create('closed/a', text('a'));
  await chmod(join(folder, 'closed'), 0o500);
  const error = { fault: 'refused', message: expect.stringContaining('permission denied') };
  await expect(store.create('closed/b', text('b'))).rejects.toMatchObject(error);
  await chmod(join(folder, 'closed'), 0o700);
});

test.skipIf(process.getuid?.() === 0)(
  'a file store can be read where nothing may be written',
  async () => {
    const { store, folder } = await temporaryStore();
    await store.create('a', text('a'));
    await writeFile(join(folder, '.unfinished', 'old'), '');
    await utimes(join(folder, '.unfinished', 'old'), 0, 0);
    const folders = [folder, join(folder, '.unfinished')];
    for (const closed of folders) await chmod(closed, 0o500);
    const again = await openFileStore(folder);
    expect(await again.read('a')).toEqual(Buffer.from('a'));
    for (const closed of folders) await chmod(closed, 0o700);
  },
);
