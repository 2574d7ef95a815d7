import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../store/file-errors.ts';

/** What is done under it takes milliseconds. */
const POLL = 5;

/**
 * Runs `act` while no other process of this machine, whoever's it is, runs under the same name. The lock is an abstract socket
 * of Linux: it has no owner and no permissions, and the kernel takes it back from who dies.
 */
export async function lockMachine<T>(name: string, act: () => Promise<T>): Promise<T> {
  const server = createServer((caller) => caller.destroy());
  while (!(await bind(server, name))) await delay(POLL);
  try {
    return await act();
  } finally {
    server.close();
    await once(server, 'close');
  }
}

async function bind(server: ReturnType<typeof createServer>, name: string): Promise<boolean> {
  try {
    server.listen(`\0${name}`);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return false;
    throw error;
  }
}
