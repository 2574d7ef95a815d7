import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to one request. `lose`: executed, and the connection is cut instead of an answer. `time-out`: executed, and
 * nothing is ever said. `cut`: half of the answer comes. `freeze`: nothing happens at all. A number: that status, unexecuted.
 */
export type Fault = 'lose' | 'time-out' | 'cut' | 'freeze' | number;

export interface Seen {
  /** From 0. */
  index: number;
  method: string;
  path: string;
  /** How often the same request was seen before. */
  again: number;
}

/** A proxy before an S3 server on loopback that does to each request what `choose` says, and tells what fired. */
export interface FaultProxy {
  endpoint: string;
  seen: Seen[];
  fired: (Seen & { fault: Fault })[];
  choose: (seen: Seen) => Fault | undefined;
  /** Refuses every connection, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

const CODES: Record<number, string> = {
  403: 'AccessDenied',
  409: 'ConditionalRequestConflict',
  500: 'InternalError',
  503: 'SlowDown',
};

export async function startFaultProxy(upstreamPort: number): Promise<FaultProxy> {
  const server = createServer((incoming, answer) => {
    const seen = note(proxy, incoming);
    const fault = proxy.choose(seen);
    if (fault !== undefined) proxy.fired.push({ ...seen, fault });
    act(fault, incoming, answer, upstreamPort);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  const down = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    seen: [],
    fired: [],
    choose: () => undefined,
    down,
    up: () => listen(port),
    close: async () => {
      if (server.listening) await down();
    },
  };
  return proxy;
}

function note(proxy: FaultProxy, { method = '', url = '' }: IncomingMessage): Seen {
  const again = proxy.seen.filter((one) => one.method === method && one.path === url).length;
  const seen = { index: proxy.seen.length, method, path: url, again };
  proxy.seen.push(seen);
  return seen;
}

function act(
  fault: Fault | undefined,
  incoming: IncomingMessage,
  answer: ServerResponse,
  port: number,
): void {
  incoming.on('error', () => {});
  if (fault === 'freeze') return;
  if (typeof fault === 'number') {
    incoming.resume().once('end', () => refuse(answer, fault));
    return;
  }
  const { method, url: path, headers } = incoming;
  const forward = request({ host: '127.0.0.1', port, method, path, headers }, (reply) => {
    if (fault === undefined) {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
      return;
    }
    const chunks: Buffer[] = [];
    reply.on('data', (chunk: Buffer) => chunks.push(chunk));
    reply.once('end', () => {
      if (fault === 'time-out') return;
      if (fault === 'lose') return void incoming.socket.destroy();
      const body = Buffer.concat(chunks);
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      answer.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
    });
  });
  forward.on('error', () => incoming.socket.destroy());
  incoming.pipe(forward);
}

function refuse(answer: ServerResponse, status: number): void {
  const body = `<?xml version="1.0"?><Error><Code>${CODES[status]}</Code><Message>fault</Message></Error>`;
  answer.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length });
  answer.end(body);
}
