import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { resolveRevision } from '../../compute/hub-source.ts';
import { COMMIT, FakeHub, MODEL } from './fake-hub.ts';

const { signal } = new AbortController();

/** A proxy as companies have them: it alone knows the way to every address. */
async function startProxy(hub: FakeHub): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url, headers }, near) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    const far = connect(Number(new URL(hub.endpoint).port), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(near).pipe(far);
    });
    for (const end of [near, far]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return { url: `http://anna:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

let hub: FakeHub;
beforeEach(async () => {
  vi.resetModules();
  hub = await FakeHub.start({});
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('RATCHET_STORE_PATIENCE', '1');
  onTestFinished(() => {
    hub.stop();
    vi.unstubAllEnvs();
  });
});

/** As a new process would: the environment is read once. */
async function resolveMain(): Promise<string> {
  const source: { resolveRevision: typeof resolveRevision } = await import(
    '../../compute/hub-source.ts'
  );
  return source.resolveRevision(MODEL, 'main', signal);
}

test('a hub that only a proxy reaches is asked by it', async () => {
  const proxy = await startProxy(hub);
  vi.stubEnv('HF_ENDPOINT', 'http://hub.invalid');
  vi.stubEnv('HTTP_PROXY', proxy.url);
  expect(await resolveMain()).toBe(COMMIT);
  expect(proxy.asked).toEqual([
    `hub.invalid:80 Basic ${Buffer.from('anna:secret').toString('base64')}`,
  ]);
});

test('what NO_PROXY names is asked without it', async () => {
  const proxy = await startProxy(hub);
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', 'example.org,127.0.0.1');
  expect(await resolveMain()).toBe(COMMIT);
  expect(proxy.asked).toEqual([]);
});

test('a proxy that lets nobody through is named', async () => {
  const proxy = createServer().on('connect', (_, near) => {
    near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  vi.stubEnv('HF_ENDPOINT', 'http://hub.invalid');
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  await expect(resolveMain()).rejects.toThrow(/at http:\/\/hub.invalid: the proxy answers 407$/);
});

test('a proxy whose address is none is one clear message, which does not repeat it', async () => {
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HTTP_PROXY', 'secret@proxy');
  await expect(resolveMain()).rejects.toThrow(
    /^HTTPS_PROXY or HTTP_PROXY is no URL like http:\/\/proxy.example.org:3128$/,
  );
});
