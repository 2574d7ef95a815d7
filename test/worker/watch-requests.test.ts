import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type WatchedRequest, watchRequests } from '../../worker/watch-requests.ts';

const SDK = { 'user-agent': 'aws-sdk-js/3.1175.0 ua/2.1 api/s3#3.1175.0' };

test('requests to S3 and Kubernetes are told with their bytes, others are not', async () => {
  const server = createServer((_request, response) => response.end('12345')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const told: WatchedRequest[] = [];
  watchRequests((one) => told.push(one));
  const ask = async (
    path: string,
    { body = '', at = port, ...options }: { body?: string; at?: number; headers?: object } = {},
  ): Promise<void> => {
    const method = body === '' ? 'GET' : 'PUT';
    const headers = { ...options.headers, 'content-length': body.length };
    const asked = request({ host: '127.0.0.1', port: at, path, method, headers });
    asked.end(body);
    const answered = once(asked, 'response').then(([response]) => once(response.resume(), 'end'));
    await answered.catch(() => undefined);
  };
  await ask('/bucket/key', { headers: SDK, body: 'abc' });
  await ask('/apis/batch/v1/namespaces/team/jobs');
  await ask('/api-keys');
  await ask('/latest/meta-data');
  await ask('/bucket/key', { headers: SDK, at: 1 });
  expect(told).toEqual([
    { peer: 's3', method: 'PUT', code: 200, sent: 3, received: 5 },
    { peer: 'kubernetes', method: 'GET', code: 200, sent: 0, received: 5 },
    { peer: 's3', method: 'GET', code: 0, sent: 0, received: 0 },
  ]);
});
