import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sha256Of } from '../../store/records.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { buildProgram, type Child, startChild } from '../store/child.ts';
import { waitFor } from '../support/home-processes.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { HAS_S3, type S3Server, startVersitygw } from './server.ts';

const WEIGHTS = randomBytes(3_000_000);

const fetches = ({ seen }: FaultProxy): number =>
  seen.filter(({ method, path }) => method === 'GET' && path.includes('weights.bin')).length;

/** Carriers of one node, as processes, before a real S3 server. */
describe.skipIf(!HAS_S3)('base weights in a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  async function prepare() {
    const program = await buildProgram(new URL('./fetching-client.ts', import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-base-'));
    const proxy = await startFaultProxy(server.port);
    onTestFinished(async () => {
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const source = server.newUrl();
    const list = `${sha256Of(WEIGHTS)}  model/weights.bin\n`;
    writeFileSync(join(folder, 'weights.bin'), WEIGHTS);
    writeFileSync(join(folder, 'list'), list);
    const store = await openS3Store(source);
    await store.putFile('model/weights.bin', join(folder, 'weights.bin'));
    await store.putFile('SHA256SUMS', join(folder, 'list'));
    const cache = join(folder, 'cache');
    const start = (): Child<{ path: string }> =>
      startChild(program, proxy.endpoint, source, sha256Of(list), cache);
    return { proxy, start };
  }

  test('are fetched once, however many carriers of a node want them at once', async () => {
    const { proxy, start } = await prepare();
    const children = [start(), start(), start()];
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    const [first, ...others] = children.map(({ lines }) => lines[0]?.path ?? '');
    expect(others).toEqual([first, first]);
    expect(readFileSync(join(first ?? '', 'model', 'weights.bin')).equals(WEIGHTS)).toBe(true);
    expect(fetches(proxy)).toBe(1);
  });

  test('are fetched by another when the carrier at it is killed', async () => {
    const { proxy, start } = await prepare();
    proxy.choose = ({ path }) => (path.includes('weights.bin') ? 'freeze' : undefined);
    const first = start();
    expect(await waitFor(() => fetches(proxy) === 1, 30_000, 50)).toBe(true);
    const second = start();
    proxy.choose = () => undefined;
    first.process.kill('SIGKILL');
    expect(await first.ended).toBeNull();
    expect(await second.ended).toBe(0);
    const path = second.lines[0]?.path ?? '';
    expect(readFileSync(join(path, 'model', 'weights.bin')).equals(WEIGHTS)).toBe(true);
  });
});
