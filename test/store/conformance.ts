import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blobPath } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import { buildProgram, startChild } from './child.ts';
import { keyOf, makeLargeFile, temporaryFolder, text } from './support.ts';

/** A new, empty store of one kind. */
export interface Backend {
  /** Another client of the same store, as another process would have. */
  open(): Promise<Store>;
  /** Writes an object behind the store's back, as a failing disk would. */
  tamper(path: string, bytes: Uint8Array): Promise<void>;
}

const MIB = 1024 * 1024;
const WRITERS = 50;
const TIMEOUT = 60_000;

type Law = (store: Store, backend: Backend, traits: Traits) => Promise<void>;

interface Traits {
  /** Whether other processes can open the store by its URL. */
  acrossProcesses: boolean;
  /** Bytes by which a process grows at most while a large file passes through. */
  memory: number;
}

const OF_BLOBS: Record<string, Law> = {
  'are read back by their hash, whatever they hold': async (store) => {
    const anyBytes = fc.uint8Array({ maxLength: 5000, size: 'max' });
    const property = fc.asyncProperty(anyBytes, async (bytes) => {
      const ref = await store.putBlob(bytes);
      expect(ref).toEqual({ sha256: hashOf(bytes), size: bytes.length });
      expect(Buffer.from(await store.readBlob(ref.sha256))).toEqual(Buffer.from(bytes));
    });
    await fc.assert(property, { numRuns: 30, seed: 1 });
  },

  'are the same from bytes, from a file, and put twice': async (store) => {
    const file = join(await temporaryFolder(), 'weights.bin');
    await writeFile(file, 'weights');
    const refs = [await store.putBlob(text('weights')), await store.putBlobFile(file)];
    expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await store.list('blobs/')).toEqual([blobPath(keyOf('weights'))]);
  },

  'are there or not, in their size or not': async (store) => {
    const { sha256, size } = await store.putBlob(text('here'));
    expect(await store.hasBlob(sha256)).toBe(true);
    expect(await store.hasBlob(sha256, size)).toBe(true);
    expect(await store.hasBlob(sha256, size + 1)).toBe(false);
    expect(await store.hasBlob(keyOf('elsewhere'))).toBe(false);
  },

  'that are missing are called so, and leave no file': async (store) => {
    const folder = await temporaryFolder();
    await expect(store.readBlob(keyOf('gone'))).rejects.toMatchObject({ fault: 'missing' });
    const fetching = store.fetchBlob(keyOf('gone'), join(folder, 'copy'));
    await expect(fetching).rejects.toMatchObject({ fault: 'missing' });
    expect(await readdir(folder)).toEqual([]);
  },

  'that are damaged are called so, and leave no file': async (store, backend) => {
    const folder = await temporaryFolder();
    const { sha256 } = await store.putBlob(text('whole'));
    await backend.tamper(blobPath(sha256), text('whose'));
    await expect(store.readBlob(sha256)).rejects.toMatchObject({ fault: 'corrupt' });
    const fetching = store.fetchBlob(sha256, join(folder, 'copy'));
    await expect(fetching).rejects.toMatchObject({ fault: 'corrupt' });
    expect(await readdir(folder)).toEqual([]);
    expect(await store.digest(blobPath(sha256))).toEqual({ sha256: keyOf('whose'), size: 5 });
  },

  'that were cut short are mended by putting them again': async (store, backend) => {
    const { sha256 } = await store.putBlob(text('whole'));
    await backend.tamper(blobPath(sha256), text('who'));
    await store.putBlob(text('whole'));
    expect(await store.readBlob(sha256)).toEqual(Buffer.from('whole'));
  },

  'that rotted in place are mended by overwriting them': async (store, backend) => {
    const file = join(await temporaryFolder(), 'whole');
    await writeFile(file, 'whole');
    const { sha256 } = await store.putBlobFile(file);
    await backend.tamper(blobPath(sha256), text('whose'));
    await store.putBlobFile(file, { overwrite: true });
    expect(await store.readBlob(sha256)).toEqual(Buffer.from('whole'));
    await backend.tamper(blobPath(sha256), text('whose'));
    await store.putBlob(text('whole'), { overwrite: true });
    expect(await store.readBlob(sha256)).toEqual(Buffer.from('whole'));
  },

  'put by many at once are whole': async (store, backend) => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => backend.open()));
    const bytes = Buffer.alloc(200_000, 'same');
    const put = clients.flatMap((client) => [client.putBlob(bytes), client.putBlob(bytes)]);
    const [ref] = await Promise.all(put);
    expect(Buffer.compare(await store.readBlob(ref?.sha256 ?? ''), bytes)).toBe(0);
  },
};

const OF_OBJECTS: Record<string, Law> = {
  'are created once: the first stays as it is': async (store) => {
    expect(await store.create('a/b.json', text('first'))).toBe(true);
    expect(await store.create('a/b.json', text('second'))).toBe(false);
    expect(await store.read('a/b.json')).toEqual(Buffer.from('first'));
  },

  'are won by exactly one of fifty writers': async (store, backend) => {
    const clients = await Promise.all(Array.from({ length: WRITERS }, () => backend.open()));
    for (let round = 0; round < 5; round++) {
      const path = `race/${round}.json`;
      const won = await Promise.all(
        clients.map((client, writer) => client.create(path, text(`writer ${writer}`))),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.read(path)).toEqual(Buffer.from(`writer ${won.indexOf(true)}`));
    }
  },

  'are replaced at once: readers see the old or the new, never a mixture': async (
    store,
    backend,
  ) => {
    const versions = [Buffer.alloc(300_000, 'a'), Buffer.alloc(100_000, 'b')];
    const [first = Buffer.alloc(0)] = versions;
    const reader = await backend.open();
    await store.replace('pointer.json', first);
    const write = async (): Promise<void> => {
      for (let turn = 1; turn <= 60; turn++) {
        await store.replace('pointer.json', versions[turn % 2] ?? first);
      }
    };
    const seen = new Set<string>();
    const read = async (): Promise<void> => {
      for (let turn = 1; turn <= 200; turn++) {
        const bytes = await reader.read('pointer.json');
        seen.add(hashOf(bytes ?? new Uint8Array()));
      }
    };
    await Promise.all([write(), read()]);
    const known = versions.map(hashOf);
    expect([...seen].filter((hash) => !known.includes(hash))).toEqual([]);
  },

  'hold files, replaced as a whole, and give them back': async (store) => {
    const folder = await temporaryFolder();
    for (const content of ['old', 'new and longer']) {
      await writeFile(join(folder, 'file'), content);
      const ref = await store.putFile('attempts/1/file', join(folder, 'file'));
      expect(ref).toEqual({ sha256: keyOf(content), size: content.length });
      expect(await store.fetchFile('attempts/1/file', join(folder, 'copy'))).toEqual(ref);
      expect(await readFile(join(folder, 'copy'), 'utf8')).toBe(content);
    }
    const nothing = store.fetchFile('attempts/1/none', join(folder, 'none'));
    await expect(nothing).rejects.toMatchObject({ fault: 'missing' });
    expect((await readdir(folder)).toSorted()).toEqual(['copy', 'file']);
  },

  'that are not there read as undefined': async (store) => {
    await store.create('there/a', text('a'));
    for (const path of ['a', 'there/b', 'there/a/b', 'not/there']) {
      expect(await store.read(path)).toBeUndefined();
      expect(await store.digest(path)).toBeUndefined();
    }
  },

  'are removed, again and again, and nothing else is': async (store) => {
    await store.create('attempts/1/x', text('x'));
    await store.create('attempts/2/x', text('x'));
    await store.remove('attempts/1/x');
    await store.remove('attempts/1/x');
    await store.remove('never/there');
    expect(await store.list('')).toEqual(['attempts/2/x']);
    expect(await store.create('attempts/1/x', text('back'))).toBe(true);
  },

  'come and go beside each other without disturbing': async (store, backend) => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => backend.open()));
    await Promise.all(clients.map(comeAndGo));
    expect(await store.list('')).toEqual([]);
  },

  'are listed in full, sorted, and only below the prefix': async (store) => {
    const paths = ['a/b/c', 'a/b.json', 'a/B', 'ab/c', 'a-b/c', 'a/10', 'a/9'];
    for (const path of paths) await store.create(path, text(path));
    expect(await store.list('a/')).toEqual(['a/10', 'a/9', 'a/B', 'a/b.json', 'a/b/c']);
    expect(await store.list('a/b/')).toEqual(['a/b/c']);
    expect(await store.list('none/')).toEqual([]);
    expect(await store.list('')).toEqual(paths.toSorted());
    await expect(store.list('a')).rejects.toMatchObject({ fault: 'refused' });
  },

  'behave like a map, whatever the order of operations': async (store) => {
    const anyPath = fc.constantFrom('a', 'b/a', 'b/b', 'b/c/a', 'd/a');
    const step = fc.record({ verb: fc.constantFrom('create', 'replace', 'remove'), path: anyPath });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const left of await store.list('')) await store.remove(left);
      const model = new Map<string, string>();
      for (const [index, { verb, path }] of steps.entries()) {
        if (verb === 'create') {
          expect(await store.create(path, text(`${index}`))).toBe(!model.has(path));
          if (!model.has(path)) model.set(path, `${index}`);
        } else if (verb === 'replace') {
          await store.replace(path, text(`${index}`));
          model.set(path, `${index}`);
        } else {
          await store.remove(path);
          model.delete(path);
        }
      }
      expect(await store.list('')).toEqual([...model.keys()].toSorted());
      for (const [path, value] of model) {
        expect(await store.read(path)).toEqual(Buffer.from(value));
      }
    });
    await fc.assert(property, { numRuns: 30, seed: 2 });
  },
};

const ACROSS_PROCESSES: Record<string, Law> = {
  'objects are won by exactly one of several processes': async (store) => {
    const program = await buildProgram(new URL('./racing-writer.ts', import.meta.url));
    const children = ['a', 'b', 'c'].map((writer) =>
      startChild<{ round: number; won: boolean }>(program, store.url, writer, '40'),
    );
    await Promise.all(children.map(({ ended }) => ended));
    for (let round = 0; round < 40; round++) {
      const won = children.map(({ lines }) => lines[round]?.won);
      expect(won.filter(Boolean)).toHaveLength(1);
      const winner = 'abc'[won.indexOf(true)] ?? '';
      expect(await store.read(`race/${round}.json`)).toEqual(Buffer.from(winner.repeat(1000)));
    }
  },

  'large files pass through in pieces, in little memory': async (store, _backend, { memory }) => {
    const folder = await temporaryFolder();
    const program = await buildProgram(new URL('./large-file.ts', import.meta.url));
    const args = [store.url, await makeLargeFile(192 * MIB), join(folder, 'copy')];
    const child = startChild<{ size: number; growth: number }>(program, ...args);
    expect(await child.ended).toBe(0);
    expect(child.lines[0]?.size).toBe(192 * MIB);
    expect(child.lines[0]?.growth).toBeLessThan(memory);
  },
};

const OUTSIDE = ['../x', 'a/../../x', '/etc/passwd', '..', '.', 'a/./b', 'a//b', 'a/', '', '.hid'];
const STRANGE = ['a b', 'a\\b', 'ä', 'a\0b', 'a/.git/b', 'C:x', '~', 'a%2e%2e', 'a\nb'];

/** What holds of every store, whatever it is made of. */
export function describeStore(
  name: string,
  traits: Traits,
  createBackend: () => Promise<Backend>,
): void {
  const shared = traits.acrossProcesses && { 'among processes': ACROSS_PROCESSES };
  const laws = { blobs: OF_BLOBS, objects: OF_OBJECTS, ...shared };
  for (const [what, lawsOf] of Object.entries(laws)) {
    test.each(Object.entries(lawsOf))(
      `${name}: ${what} %s`,
      { timeout: TIMEOUT },
      async (_title, law) => {
        expect.hasAssertions();
        const backend = await createBackend();
        await law(await backend.open(), backend, traits);
      },
    );
  }

  test.each([...OUTSIDE, ...STRANGE])(
    `${name}: %j names nothing and touches nothing`,
    async (path) => {
      const store = await (await createBackend()).open();
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'file'), 'x');
      const refused = { name: 'StoreError', fault: 'refused' };
      await expect(store.create(path, text('x'))).rejects.toMatchObject(refused);
      await expect(store.replace(path, text('x'))).rejects.toMatchObject(refused);
      await expect(store.read(path)).rejects.toMatchObject(refused);
      await expect(store.digest(path)).rejects.toMatchObject(refused);
      await expect(store.remove(path)).rejects.toMatchObject(refused);
      await expect(store.putFile(path, join(folder, 'file'))).rejects.toMatchObject(refused);
      await expect(store.fetchFile(path, join(folder, 'copy'))).rejects.toMatchObject(refused);
      expect(await store.list('')).toEqual([]);
    },
  );

  test.each(['../', '/', 'a', 'a//', '../x/'])(`${name}: %j is no prefix`, async (prefix) => {
    const store = await (await createBackend()).open();
    await expect(store.list(prefix)).rejects.toMatchObject({ fault: 'refused' });
  });

  test.each(['', 'abc', '../../etc/passwd', keyOf('x').toUpperCase(), `${keyOf('x')}0`])(
    `${name}: %j is no hash`,
    async (sha256) => {
      const store = await (await createBackend()).open();
      const refused = { fault: 'refused' };
      await expect(store.hasBlob(sha256)).rejects.toMatchObject(refused);
      await expect(store.readBlob(sha256)).rejects.toMatchObject(refused);
      await expect(store.fetchBlob(sha256, 'copy')).rejects.toMatchObject(refused);
    },
  );
}

async function comeAndGo(client: Store, index: number): Promise<void> {
  for (let turn = 0; turn < 25; turn++) {
    expect(await client.create(`shared/deep/${index}/x`, text('x'))).toBe(true);
    await client.remove(`shared/deep/${index}/x`);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
