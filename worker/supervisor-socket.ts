import { connect, createServer, type Server, type Socket } from 'node:net';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { type Home, socketPath } from './home.ts';
import type { SupervisorNews } from './supervisor-protocol.ts';

/** The bound socket is the lock: at most one supervisor a home. Undefined: another holds it. */
export async function bindLock(home: Home): Promise<SupervisorSocket | undefined> {
  const path = socketPath(home, tmpdir());
  const server = createServer();
  if (await listen(server, path)) return confirm(server, path);
  if (path.startsWith('\0') || (await connects(path))) return undefined;
  await rm(path, { force: true }); // A file socket whose process died.
  return (await listen(server, path)) ? confirm(server, path) : undefined;
}

/** Two processes may both have removed a dead socket file; the one whose file still stands holds the lock. */
async function confirm(server: Server, path: string): Promise<SupervisorSocket | undefined> {
  if (!path.startsWith('\0')) {
    const bound = (await stat(path)).ino;
    await delay(200);
    const standing = await stat(path).catch(() => undefined);
    if (standing?.ino !== bound) return undefined;
  }
  return new SupervisorSocket(server);
}

/** Reads a supervisor's news; undefined when none runs in this home. */
export async function attach(home: Home): Promise<Attachment | undefined> {
  const socket = connect(socketPath(home, tmpdir()));
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  return connected ? new Attachment(socket) : undefined;
}

/** While it is open, the supervisor does not end for being idle. */
export class Attachment {
  /** The last news; undefined until the first. */
  latest: SupervisorNews | undefined;
  /** The supervisor is gone. */
  ended = false;
  private readonly socket: Socket;
  private wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined); // Followed by its close.
    socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
    const lines = createInterface({ input: socket });
    lines.on('error', () => undefined); // It repeats the socket's.
    lines.on('line', (line) => {
      this.latest = JSON.parse(line) as SupervisorNews;
      this.wake();
    });
  }

  /** Resolves at the next news, or when the supervisor is gone. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.ended) resolve();
    });
  }

  /** False: the supervisor is ending, or gone. */
  async isStaying(): Promise<boolean> {
    while (!this.latest && !this.ended) await this.next();
    return !this.ended && this.latest?.phase !== 'ending';
  }

  /** Waits for the supervisor's end, so long at most, and lets go. */
  async end(patience: number): Promise<void> {
    const timer = setTimeout(() => this.close(), patience);
    while (!this.ended) await this.next();
    clearTimeout(timer);
  }

  close(): void {
    this.socket.destroy();
  }
}

export class SupervisorSocket {
  private latest: SupervisorNews = { phase: 'starting', pid: process.pid, message: 'starting' };
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  /** How often somebody attached or let go. */
  changes = 0;

  constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      this.changes++;
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.changes++;
      });
      socket.on('error', () => undefined); // Followed by its close.
      socket.resume();
      socket.write(`${JSON.stringify(this.latest)}\n`);
    });
  }

  tell(news: SupervisorNews): void {
    this.latest = news;
    for (const socket of this.sockets) socket.write(`${JSON.stringify(news)}\n`);
  }

  get attached(): number {
    return this.sockets.size;
  }

  close(): void {
    for (const socket of this.sockets) socket.end();
    this.server.close();
  }
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path, () => resolve(true));
  });
}

function connects(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
