import type { ServerResponse } from 'node:http';
import { BatchV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { NamespaceWatch } from '../../k8s/namespace-watch.ts';
import { startFakeApiServer } from './fake-api-server.ts';

const metadata = (resourceVersion: string) => ({
  name: 'ratchet-1',
  namespace: 'team',
  resourceVersion,
});

/** Lists one Job in the version that stands; watches are answered one after the other, and then wait in silence. */
async function watchJob(...watches: ((response: ServerResponse, url: URL) => void)[]) {
  const job = { version: '1' };
  const left = [...watches];
  const { config, asked } = await startFakeApiServer((url, response) => {
    response.setHeader('content-type', 'application/json');
    const isJobs = url.pathname.endsWith('/jobs');
    if (!url.searchParams.has('watch')) {
      const items = isJobs ? [{ metadata: metadata(job.version) }] : [];
      return void response.end(
        JSON.stringify({ items, metadata: { resourceVersion: job.version } }),
      );
    }
    response.flushHeaders();
    if (isJobs) left.shift()?.(response, url);
  });
  const watch = new NamespaceWatch(clusterOf(config), 'team');
  onTestFinished(watch.follow());
  const seen = (): string | undefined =>
    watch.job('ratchet-1', undefined)?.metadata?.resourceVersion;
  const lists = (): number =>
    asked.filter((path) => path.includes('/jobs') && !path.includes('watch=')).length;
  return { job, seen, lists };
}

function clusterOf(config: KubeConfig): ConstructorParameters<typeof NamespaceWatch>[0] {
  return {
    config,
    batch: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
  } as ConstructorParameters<typeof NamespaceWatch>[0];
}

function send(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

const GONE = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

test('what changes is heard', async () => {
  const { seen } = await watchJob((response) =>
    send(response, 'MODIFIED', { metadata: metadata('2') }),
  );
  await expect.poll(seen).toBe('2');
});

test.each<[string, (response: ServerResponse) => void]>([
  ['closed by the server', (response) => response.end()],
  ['broken', (response) => response.write('{"type":"MODIF', () => response.destroy())],
])('a watch that is %s goes on from where it was', async (_how, first) => {
  const { seen, lists } = await watchJob(first, (response, url) => {
    if (url.searchParams.get('resourceVersion') === '1')
      send(response, 'MODIFIED', { metadata: metadata('2') });
  });
  await expect.poll(seen).toBe('2');
  expect(lists()).toBe(1);
});

test.each<[string, (response: ServerResponse) => void]>([
  [
    'in the stream',
    (response) => {
      send(response, 'ERROR', GONE);
      response.end();
    },
  ],
  [
    'after events',
    (response) => {
      send(response, 'MODIFIED', { metadata: metadata('2') });
      send(response, 'ERROR', GONE);
      response.end();
    },
  ],
])('a watch that is told 410 %s lists anew', async (_how, first) => {
  const { job, seen, lists } = await watchJob((response) => {
    job.version = '7';
    first(response);
  });
  await expect.poll(seen).toBe('7');
  expect(lists()).toBe(2);
});
