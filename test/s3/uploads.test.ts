import { appendFile, writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { blobPath } from '../../store/layout.ts';
import { buildProgram, startChild } from '../store/child.ts';
import { makeLargeFile } from '../store/support.ts';
import { waitFor } from '../support/home-processes.ts';
import { type FaultProxy, type Seen, startFaultProxy } from './fault-proxy.ts';
import { openVia } from './impatience.ts';
import { describeOnServers } from './server.ts';

const MIB = 1024 * 1024;
/** Parts have 5 MiB here. */
const PARTS = 8;

describeOnServers('an upload in parts to', (server) => {
  async function startProxy(): Promise<FaultProxy> {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  test('whose client was killed is finished by another, which sends only what is missing', async () => {
    const url = server().newUrl();
    const file = await makeLargeFile(PARTS * 5 * MIB);
    const proxy = await startProxy();
    proxy.choose = (seen) => (partOf(seen) > 4 ? 'freeze' : undefined);
    const program = await buildProgram(new URL('./uploading-client.ts', import.meta.url));
    const child = startChild(program, proxy.endpoint, url, file);
    const store = await openVia(proxy.endpoint, url);
    await waitFor(() => proxy.fired.length === 4, 60_000);
    child.process.kill('SIGKILL');
    expect(await child.ended).toBeNull();
    expect(await store.list('')).toEqual([]);
    expect(await store.listUnfinished()).toHaveLength(1);

    proxy.seen.length = 0;
    proxy.choose = () => undefined;
    const { sha256, size } = await store.putBlobFile(file);
    expect(proxy.seen.map(partOf).filter(Boolean).toSorted()).toEqual([5, 6, 7, 8]);
    expect(await store.digest(blobPath(sha256))).toEqual({ sha256, size });
    expect(await store.listUnfinished()).toEqual([]);
  });

  test('is shared by those that store the same at once, and stands once', async () => {
    for (let round = 0; round < 10; round++) {
      const url = server().newUrl();
      const file = await makeLargeFile(2 * 5 * MIB + round);
      const clients = await Promise.all([1, 2, 3].map(() => openVia(server().endpoint, url)));
      const refs = await Promise.all(clients.map((client) => client.putBlobFile(file)));
      const [ref = { sha256: '', size: 0 }] = refs;
      expect(refs).toEqual([ref, ref, ref]);
      expect(await clients[0]?.digest(blobPath(ref.sha256))).toEqual(ref);
      expect(await clients[0]?.listUnfinished()).toEqual([]);
    }
  });

  test('begins anew where the file is another one by now', async () => {
    const url = server().newUrl();
    const file = await makeLargeFile(2 * 5 * MIB);
    const proxy = await startProxy();
    proxy.choose = (seen) => (partOf(seen) === 2 ? 503 : undefined);
    const store = await openVia(proxy.endpoint, url, { patience: 200 });
    const failing = store.putFile('attempts/1/log', file);
    await expect(failing).rejects.toMatchObject({ fault: 'unreachable' });
    proxy.choose = () => undefined;
    await appendFile(file, 'more');
    const ref = await store.putFile('attempts/1/log', file);
    expect(await store.digest('attempts/1/log')).toEqual(ref);
    expect(await store.listUnfinished()).toEqual([]);
  });

  test('whose file changes meanwhile is refused: what its name says is never stored wrongly', async () => {
    const url = server().newUrl();
    const file = await makeLargeFile(2 * 5 * MIB);
    const proxy = await startProxy();
    let changed: Promise<void> | undefined;
    proxy.choose = ({ path }) => {
      if (path.includes('uploads')) changed ??= writeFile(file, 'x', { flag: 'r+' });
      return undefined;
    };
    const store = await openVia(proxy.endpoint, url, { patience: 300 });
    await expect(store.putBlobFile(file)).rejects.toThrow('did the file change');
    expect(changed).toBeDefined();
    expect(await store.list('')).toEqual([]);
  });
});

/** 0: the request sends no part. */
function partOf({ path }: Seen): number {
  return Number(/partNumber=(\d+)/.exec(path)?.[1] ?? 0);
}
