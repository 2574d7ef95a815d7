import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVER_START } from '../contract/timeouts.ts';
import { SEARCH_ATTRIBUTES } from '../contract/workflows.ts';
import { hasEnded } from './children.ts';
import type { Home } from './home.ts';

export interface Ports {
  server: number;
  ui: number;
}

/** For a small machine: one partition a task queue. */
export const SERVER_SETTINGS: readonly string[] = [
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/** Starts Temporal's dev server on the home's database, for this machine only. */
export function startServer(
  binary: string,
  home: Home,
  ports: Ports,
  settings = SERVER_SETTINGS,
): ChildProcess {
  const log = openSync(join(home.logs, 'server.log'), 'a', 0o600);
  const { sweep, condition, seed } = SEARCH_ATTRIBUTES;
  const options = [
    '--ip=127.0.0.1',
    '--ui-ip=127.0.0.1',
    `--port=${ports.server}`,
    `--ui-port=${ports.ui}`,
    '--log-level=error',
    `--db-filename=${home.database}`,
    '--sqlite-pragma=journal_mode=wal',
    '--sqlite-pragma=synchronous=normal',
    ...settings.map((setting) => `--dynamic-config-value=${setting}`),
    ...[`${sweep}=Keyword`, `${condition}=Keyword`, `${seed}=Int`].map(
      (attribute) => `--search-attribute=${attribute}`,
    ),
  ];
  const [command, ...rest] = [...dieWithParent(), binary, 'server', 'start-dev', ...options];
  const server = spawn(command ?? binary, rest, {
    stdio: ['ignore', log, log],
    env: { ...process.env, GOGC: '400' },
  });
  closeSync(log);
  return server;
}

/** On Linux the kernel ends the server with its supervisor; elsewhere the next supervisor does, by the record. */
function dieWithParent(): string[] {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL'] : [];
}

/** The wanted ports where nobody else has them: whoever was connected to an earlier server finds it there again. */
export async function choosePorts(wanted: Ports | null): Promise<Ports> {
  return { server: await choosePort(wanted?.server), ui: await choosePort(wanted?.ui) };
}

export async function choosePort(wanted = 0): Promise<number> {
  return (await bind(wanted)) ?? (await bind(0)) ?? 0;
}

/** Waits for the port's answer. False: the server ended first. Throws when it does neither in time. */
export async function isAnswering(server: ChildProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + SERVER_START;
  while (!hasEnded(server)) {
    if (await answers(port)) return true;
    if (performance.now() > deadline)
      throw new Error(`the Temporal server did not answer within ${SERVER_START / 1000} s`);
    await delay(50);
  }
  return false;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/**
 * The port if it is free (of port 0: some free one), or undefined. It is left with a connection that was closed from its side:
 * for the next minute the system gives it to whoever asks for that very port, and to nobody who asks for any.
 */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer((caller) => caller.end().resume());
    probe
      .once('error', () => resolve(undefined))
      .listen(port, '127.0.0.1', () => {
        const { port: bound } = probe.address() as AddressInfo;
        connect(bound, '127.0.0.1')
          .on('error', () => undefined) // Followed by its close.
          .once('close', () => probe.close(() => resolve(bound)))
          .resume();
      });
  });
}
