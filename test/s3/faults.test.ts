import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { checkInvariants } from '../../store/check-invariants.ts';
import { collectGarbage, GRACE } from '../../store/collect-garbage.ts';
import { blobPath } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { keyOf, makeLargeFile, temporaryFolder, text } from '../store/support.ts';
import { workOn } from '../store/worker.ts';
import { CallSites } from './call-sites.ts';
import { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Impatience, openVia } from './impatience.ts';
import { BUCKET, describeOnServers } from './server.ts';

const MIB = 1024 * 1024;
const KEY = keyOf('block');
/** Of so many runs each strikes its share of the call sites, so that most requests of a run succeed. */
const RUNS = 5;

describeOnServers('a faulty way to', (server) => {
  async function faulty(options: Impatience = {}): Promise<{ proxy: FaultProxy; store: Store }> {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    return { proxy, store: await openVia(proxy.endpoint, server().newUrl(), options) };
  }

  /** An upload that nobody finishes. */
  async function leaveUnfinished(url: string, large: string): Promise<void> {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    proxy.choose = ({ path }) => (path.includes('partNumber=2') ? 503 : undefined);
    const store = await openVia(proxy.endpoint, url, { patience: 200 });
    const storing = store.putFile('probes/abandoned', large);
    await expect(storing).rejects.toMatchObject({ fault: 'unreachable' });
  }

  async function strike(
    fault: Fault,
    among: ReadonlySet<string>,
    large: string,
  ): Promise<{ sites: CallSites; result: object }> {
    const prefix = randomUUID();
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const sites = new CallSites(prefix);
    sites.strike(proxy, among, fault);
    const silence = fault === 'time-out' && among.size > 0 ? 300 : 5000;
    const url = `s3://${BUCKET}/${prefix}`;
    await leaveUnfinished(url, large);
    const store = await openVia(proxy.endpoint, url, { silence });
    const result = await useEverything(store, large);
    proxy.choose = () => undefined;
    expect(await checkInvariants(store)).toEqual([]);
    return { sites, result };
  }

  test.for<[string, Fault]>([
    ['executed and its answer lost', 'lose'],
    ['executed and timed out', 'time-out'],
    ['answered by half', 'cut'],
    ['told to slow down', 503],
    ['told of a conflict', 409],
  ])('a request %s, at every call site, changes nothing', async ([, fault]) => {
    const large = await makeLargeFile(11 * MIB);
    const clean = await strike(fault, new Set(), large);
    const { names } = clean.sites;
    expect(names.length).toBeGreaterThan(90);
    expect(clean.result).toMatchObject({ collected: [expect.stringMatching(/^blobs/)], left: [] });
    const shares = Array.from(
      { length: RUNS },
      (_, run) => new Set(names.filter((_name, index) => index % RUNS === run)),
    );
    const struck = await Promise.all(shares.map((share) => strike(fault, share, large)));
    for (const { result } of struck) expect(result).toEqual(clean.result);
    const fired = new Set(struck.flatMap(({ sites }) => [...sites.hit]));
    expect(names.filter((name) => !fired.has(name))).toEqual([]);
  });

  test('a server that is frozen for a while is waited for', async () => {
    const { proxy, store } = await faulty({ silence: 300 });
    proxy.choose = () => (proxy.fired.length < 3 ? 'freeze' : undefined);
    await store.replace('pointer.json', text('there'));
    expect(await store.read('pointer.json')).toEqual(Buffer.from('there'));
    expect(proxy.fired).toHaveLength(3);
  });

  test('a server that is away for a while is waited for', async () => {
    const { proxy, store } = await faulty();
    await store.create('a', text('a'));
    await proxy.down();
    const reading = store.read('a');
    await sleep(300);
    await proxy.up();
    expect(await reading).toEqual(Buffer.from('a'));
  });

  test('a denial that passes is asked again, one that stays is told', async () => {
    const { proxy, store } = await faulty();
    proxy.choose = ({ method, again }) => (method === 'PUT' && again < 3 ? 403 : undefined);
    expect(await store.create('passes', text('a'))).toBe(true);
    expect(proxy.fired).toHaveLength(3);
    proxy.choose = ({ method }) => (method === 'PUT' ? 403 : undefined);
    await expect(store.create('stays', text('a'))).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('access denied'),
    });
    expect(proxy.fired).toHaveLength(7);
  });

  test('a server killed and started anew in the middle loses nothing', async () => {
    const store = await openVia(server().endpoint, server().newUrl());
    const large = await makeLargeFile(80 * MIB);
    const storing = store.putBlobFile(large);
    await sleep(150);
    await server().kill();
    await server().restart();
    const { sha256, size } = await storing;
    expect(await store.digest(blobPath(sha256))).toEqual({ sha256, size });
  });

  test.for(['down', 'frozen'])(
    'a server that stays %s ends in one clear message, and nothing is half committed',
    async (how) => {
      const { sha256 } = (await workOn(new MemoryStore(), await workIn())) ?? {};
      for (let at = 3; at < 60; at += 19) {
        const { proxy, store } = await faulty({ patience: 600, silence: 200 });
        const url = store.url;
        let over = false;
        proxy.choose = ({ index }) => {
          over ||= index >= at;
          if (over && how === 'down' && proxy.fired.length === 0) void proxy.down();
          return over ? 'freeze' : undefined;
        };
        const failure = await workOn(store, await workIn()).catch((error: unknown) => error);
        expect(failure).toMatchObject({ name: 'StoreError', fault: 'unreachable' });
        expect(String(failure)).toMatch(/^StoreError: cannot .* for \d+ s \(.*\); check that.*$/);
        const healed = await openVia(server().endpoint, url);
        expect((await workOn(healed, await workIn()))?.sha256).toBe(sha256);
        expect(await checkInvariants(healed)).toEqual([]);
      }
    },
  );

  test('fifty writers of whom each loses its first answer have one winner', async () => {
    const { proxy, store } = await faulty();
    proxy.choose = ({ method, again }) => (method === 'PUT' && again < 25 ? 'lose' : undefined);
    const writers = Array.from({ length: 50 }, (_, writer) => text(`writer ${writer}`));
    const won = await Promise.all(writers.map((bytes) => store.create('race.json', bytes)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.read('race.json')).toEqual(Buffer.from(`writer ${won.indexOf(true)}`));
    expect(proxy.fired).toHaveLength(25);
  });

  test('what already stands is no success, though it be the same bytes', async () => {
    const { store } = await faulty();
    expect(await store.create('a', text('same'))).toBe(true);
    expect(await store.create('a', text('same'))).toBe(false);
  });
});

async function workIn(): Promise<{ key: string; folder: string }> {
  return { key: KEY, folder: await temporaryFolder() };
}

/**
 * A block from claim to commit, with partial checkpoints, a file in parts, and garbage that is collected. Returns what must
 * not depend on faults.
 */
async function useEverything(store: Store, large: string): Promise<object> {
  const folder = await temporaryFolder();
  const block = await workOn(store, { key: KEY, folder });
  const ref = await store.putBlobFile(large);
  await store.putFile('probes/large', large);
  const fetched = await store.fetchFile('probes/large', join(folder, 'copy'));
  await store.remove('probes/large');
  const now = Date.now() + 2 * GRACE;
  const { garbage } = await collectGarbage(store, { grace: GRACE, now, remove: true });
  const collected = garbage.map(({ path }) => path).toSorted();
  const left = await store.listUnfinished();
  return { block: block?.sha256, ref, fetched, collected, left, listed: await store.list('') };
}
