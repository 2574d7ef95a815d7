import { expect, onTestFinished, test } from 'vitest';
import { collectGarbage, GRACE } from '../../store/collect-garbage.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { describeGarbage } from '../store/garbage-laws.ts';
import { makeLargeFile } from '../store/support.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { openVia } from './impatience.ts';
import { describeOnServers } from './server.ts';

const MIB = 1024 * 1024;

describeOnServers('on', (server) => {
  describeGarbage('S3', () => openS3Store(server().newUrl()));

  test('an upload that nobody finishes is aborted when it is old, and not before', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    proxy.choose = ({ path }) => (path.includes('partNumber=2') ? 503 : undefined);
    const store = await openVia(proxy.endpoint, server().newUrl(), { patience: 200 });
    const storing = store.putBlobFile(await makeLargeFile(10 * MIB));
    await expect(storing).rejects.toMatchObject({ fault: 'unreachable' });
    const options = { grace: GRACE, now: Date.now(), remove: true };
    expect((await collectGarbage(store, options)).unfinished).toEqual([]);
    expect(await store.listUnfinished()).toHaveLength(1);
    const later = { ...options, now: Date.now() + 2 * GRACE };
    expect((await collectGarbage(store, later)).unfinished).toHaveLength(1);
    expect(await store.listUnfinished()).toEqual([]);
    expect(await (await openS3Store(store.url)).list('')).toEqual([]);
  });
});
