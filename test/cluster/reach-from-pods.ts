import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { BRIDGE } from './node.ts';

/** Hands a port that only programs of this machine reach on to pods, until what it returns is closed. */
export async function reachFromPods(port: number): Promise<Server> {
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    from.on('error', () => to.destroy()).pipe(to);
    to.on('error', () => from.destroy()).pipe(from);
  });
  await once(server.listen(port, BRIDGE), 'listening');
  return server;
}
