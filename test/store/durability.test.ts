import type * as Promises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openFileStore } from '../../store/file-store.ts';
import type { Store } from '../../store/store.ts';
import { temporaryFolder, text, writeFiles } from './support.ts';

/** What was asked of the file system, in order; `failing` makes one kind of call fail. */
const calls: string[] = [];
let failing: { call: string; code: string } | null = null;

function note(call: string, path: string): void {
  const name = /[0-9a-f]{8}-[0-9a-f]{4}/.test(basename(path)) ? 'unfinished' : basename(path);
  calls.push(`${call} ${name}`);
  if (failing?.call === call) {
    throw Object.assign(new Error(failing.code), { code: failing.code });
  }
}

function watch(handle: FileHandle, path: string): FileHandle {
  const { sync, writeFile } = handle;
  handle.sync = async () => {
    note('sync', path);
    await sync.call(handle);
  };
  handle.writeFile = async (...written) => {
    note('write', path);
    await writeFile.apply(handle, written);
  };
  return handle;
}

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof Promises>();
  return {
    ...real,
    open: async (path: string, flags?: string | number, mode?: number) =>
      watch(await real.open(path, flags, mode), path),
    link: async (from: string, to: string) => {
      note('link', to);
      await real.link(from, to);
    },
    rename: async (from: string, to: string) => {
      note('rename', to);
      await real.rename(from, to);
    },
    mkdir: async (path: string, options?: object) => {
      note('mkdir', path);
      return real.mkdir(path, options);
    },
  };
});

afterEach(() => {
  failing = null;
});

/** A store with a folder `a` known to be durable, and the calls made from now on. */
async function warmStore(): Promise<Store> {
  const store = await openFileStore(join(await temporaryFolder(), 'store'));
  await store.create('a/first', text('x'));
  await store.putBlob(text('blob'));
  calls.length = 0;
  return store;
}

async function callsOf(action: () => Promise<unknown>): Promise<string[]> {
  calls.length = 0;
  await action();
  return [...calls];
}

describe('a file store acknowledges only what is durable', () => {
  test('a created object: its content is synced, then named, then its folder is synced', async () => {
    const store = await warmStore();
    const made = await callsOf(() => store.create('a/b', text('x')));
    expect(made).toEqual(['write unfinished', 'sync unfinished', 'link b', 'sync a']);
  });

  test('a replaced object: the same, with a rename', async () => {
    const store = await warmStore();
    const made = await callsOf(() => store.replace('a/first', text('y')));
    expect(made).toEqual(['write unfinished', 'sync unfinished', 'rename first', 'sync a']);
  });

  test('new folders: the entry of each is synced, once', async () => {
    const store = await warmStore();
    const first = await callsOf(() => store.create('n/e/w', text('x')));
    expect(first.filter((call) => call.startsWith('mkdir'))).toEqual(['mkdir n', 'mkdir e']);
    expect(first.filter((call) => call.startsWith('sync')).toSorted()).toEqual(
      ['sync unfinished', 'sync store', 'sync n', 'sync e'].toSorted(),
    );
    expect(await callsOf(() => store.create('n/e/x', text('x')))).toHaveLength(4);
  });

  test('a folder that another process made: its entry is synced too, for that process may have died', async () => {
    const store = await warmStore();
    const other = await openFileStore(new URL(store.url).pathname);
    expect(await callsOf(() => other.create('a/b', text('x')))).toContain('sync store');
  });

  test('losing a race: the winner may not have come to the sync of its folder', async () => {
    const store = await warmStore();
    const lost = await callsOf(() => store.create('a/first', text('y')));
    expect(lost.at(-1)).toBe('sync a');
  });

  test('a blob that is there already: its folder alone is synced, nothing is written', async () => {
    const store = await warmStore();
    const folder = (await store.list('blobs/'))[0]?.split('/')[2];
    expect(await callsOf(() => store.putBlob(text('blob')))).toEqual([`sync ${folder}`]);
  });

  test('a fetched file is whole before it gets its name, and never synced: it can be fetched again', async () => {
    const store = await warmStore();
    const { sha256 } = await store.putBlob(text('blob'));
    const folder = await temporaryFolder();
    const made = await callsOf(() => store.fetchBlob(sha256, join(folder, 'copy')));
    expect(made).toEqual(['write unfinished', 'rename copy']);
  });
});

describe('a file store that fails', () => {
  const faults = [
    ['ENOSPC', 'full', 'no space left'],
    ['EDQUOT', 'full', 'quota'],
    ['EACCES', 'refused', 'permission'],
    ['EROFS', 'refused', 'read-only'],
    ['EIO', 'unreachable', 'check the disk'],
    ['ESTALE', 'unreachable', 'ESTALE'],
  ] as const;

  test.each(faults)('with %s calls it %s, and says why', async (code, fault, words) => {
    const store = await warmStore();
    failing = { call: 'write', code };
    const error = { name: 'StoreError', fault, message: expect.stringContaining(words) };
    await expect(store.create('a/b', text('x'))).rejects.toMatchObject(error);
    await expect(store.putBlob(text('new'))).rejects.toMatchObject(error);
  });

  test.each(['write', 'sync', 'rename', 'link', 'mkdir'])(
    'in %s shows no half object, and succeeds when asked again',
    async (call) => {
      const store = await warmStore();
      const folder = await writeFiles(await temporaryFolder(), { file: 'content' });
      const before = await store.list('');
      const attempts = [
        () => store.create('new/created', text('x')),
        () => store.putFile('new/put', join(folder, 'file')),
        () => store.putBlobFile(join(folder, 'file')),
      ];
      failing = { call, code: 'ENOSPC' };
      const ends = await Promise.allSettled(attempts.map((attempt) => attempt()));
      failing = null;
      expect(ends.some(({ status }) => status === 'rejected')).toBe(true);
      const shown = (await store.list('')).filter((path) => !before.includes(path));
      const contents = await Promise.all(shown.map((path) => store.read(path)));
      expect(contents.filter((bytes) => !bytes?.length)).toEqual([]);
      expect(await store.listUnfinished()).toEqual([]);
      for (const attempt of attempts) await attempt();
      expect(await store.list('new/')).toEqual(['new/created', 'new/put']);
    },
  );
});
