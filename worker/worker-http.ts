import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '../store/file-errors.ts';

/** What a cluster asks its worker. */
export interface WorkerAnswers {
  /** Why it cannot take work; undefined: it can. */
  explainUnready: () => Promise<string | undefined>;
  /** Prometheus text. */
  readMetrics: () => Promise<{ type: string; text: string }>;
}

/** Another process has the port. */
export class PortTaken extends Error {}

/**
 * Serves `/livez` (the process answers), `/readyz` (it is connected and takes work) and `/metrics`. Port 0 takes any free one.
 * Returns the port and what ends it.
 */
export async function serveWorkerHttp(
  port: number,
  answers: WorkerAnswers,
): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => {
    answer(request.url ?? '', response, answers).catch((error: unknown) =>
      reply(response, 500, String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, resolve);
  }).catch((error: unknown) => {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new PortTaken(`port ${port} is in use: RATCHET_HTTP_PORT names another`);
  });
  // Nobody waits for a probe to hang up.
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

async function answer(url: string, response: ServerResponse, of: WorkerAnswers): Promise<void> {
  switch (url.split('?')[0]) {
    case '/livez':
      return reply(response, 200, 'ok');
    case '/readyz': {
      const why = await of.explainUnready();
      return reply(response, why === undefined ? 200 : 503, why ?? 'ok');
    }
    case '/metrics': {
      const { type, text } = await of.readMetrics();
      return reply(response, 200, text, type);
    }
    default:
      return reply(response, 404, 'there are /livez, /readyz and /metrics');
  }
}

function reply(response: ServerResponse, code: number, text: string, type = 'text/plain'): void {
  response.writeHead(code, { 'content-type': type });
  response.end(text.endsWith('\n') ? text : `${text}\n`);
}
