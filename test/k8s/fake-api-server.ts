import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { onTestFinished } from 'vitest';

export interface FakeApiServer {
  config: KubeConfig;
  /** Requests so far, as path and query. */
  asked: string[];
}

/** An API server that answers as a test says, with the faults that a real one has seldom. */
export async function startFakeApiServer(
  answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void,
): Promise<FakeApiServer> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    asked.push(request.url ?? '/');
    answer(url, response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'fake', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'somebody' },
  );
  return { config, asked };
}
