import { type ChildProcess, fork } from 'node:child_process';
import { openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import {
  HOME_CHECK,
  MOST_QUICK_DEATHS,
  QUICK_DEATH,
  RESTART_DELAY,
  SUPERVISOR_IDLE,
} from '../contract/timeouts.ts';
import { identifyProcess, isAlive } from '../store/process-identity.ts';
import { findFreePort, type Ports, startServer, waitForServer } from './embedded-server.ts';
import { type Home, openHome } from './home.ts';
import type { ProcessRecord, SupervisorRecord } from './supervisor-protocol.ts';
import { readRecord } from './supervisor-record.ts';
import { bindLock, type SupervisorSocket } from './supervisor-socket.ts';
import { obtainTemporal } from './temporal-binary.ts';

/** Owns the embedded server and worker of one home: starts them, restarts what dies, ends when there is no work. */
class Supervisor {
  private readonly home: Home;
  private readonly socket: SupervisorSocket;
  private readonly record: SupervisorRecord;
  private server: ChildProcess | undefined;
  private worker: ChildProcess | undefined;
  private ending = false;

  constructor(home: Home, socket: SupervisorSocket) {
    this.home = home;
    this.socket = socket;
    this.record = { supervisor: identify(process.pid), server: null, worker: null, ports: null };
  }

  async run(): Promise<void> {
    const before = readRecord(this.home);
    endLeftovers(before);
    const external = process.env['TEMPORAL_ADDRESS'];
    const address = external ?? (await this.startEmbedded(before?.ports ?? null));
    this.keepWorker(address);
    const ui = this.record.ports ? `http://127.0.0.1:${this.record.ports.ui}` : null;
    this.socket.tell({ phase: 'ready', pid: process.pid, address, ui });
    await this.waitUntilIdle(address);
    await this.end();
  }

  async end(): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    this.socket.tell({ phase: 'ending', pid: process.pid });
    await stop(this.worker, 'SIGTERM', 30_000);
    await stop(this.server, 'SIGTERM', 10_000);
    rmSync(this.home.record, { force: true });
    this.socket.close();
  }

  /** The home was removed under us: what we hold is no longer anybody's, and its place may be taken anew. */
  private abandon(): never {
    log('the home is gone; ending');
    for (const child of [this.worker, this.server]) child?.kill('SIGKILL');
    process.exit(1);
  }

  fail(message: string): void {
    this.socket.tell({ phase: 'failed', pid: process.pid, message });
  }

  private async startEmbedded(earlier: Ports | null): Promise<string> {
    const binary = await obtainTemporal((message) =>
      this.socket.tell({ phase: 'starting', pid: process.pid, message }),
    );
    const ports = earlier ?? { server: await findFreePort(), ui: await findFreePort() };
    this.record.ports = ports;
    await this.keepServer(binary, ports).catch(async () => {
      // The earlier ports may have been taken meanwhile.
      Object.assign(ports, { server: await findFreePort(), ui: await findFreePort() });
      await this.keepServer(binary, ports);
    });
    return `127.0.0.1:${ports.server}`;
  }

  private async keepServer(binary: string, ports: Ports): Promise<void> {
    const server = startServer(binary, this.home, ports);
    this.server = server;
    this.note('server', server);
    await waitForServer(server, ports.server);
    server.once('exit', async (code, signal) => {
      if (this.ending) return;
      log(`the server ended (${code ?? signal}); starting it again`);
      await delay(RESTART_DELAY);
      await this.keepServer(binary, ports).catch((error: Error) => this.fail(error.message));
    });
  }

  private keepWorker(address: string, quickDeaths = 0): void {
    const started = performance.now();
    const output = openSync(join(this.home.logs, 'worker.log'), 'a', 0o600);
    const worker = fork(join(import.meta.dirname, 'main.js'), [], {
      env: { ...process.env, TEMPORAL_ADDRESS: address, RATCHET_HOME: this.home.folder },
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.worker = worker;
    this.note('worker', worker);
    worker.once('exit', async (code, signal): Promise<void> => {
      if (this.ending) return;
      log(`the worker ended (${code ?? signal}); starting it again`);
      const deaths = performance.now() - started < QUICK_DEATH ? quickDeaths + 1 : 0;
      if (deaths === MOST_QUICK_DEATHS) {
        this.fail(`the worker cannot start: see ${join(this.home.logs, 'worker.log')}`);
        return this.end();
      }
      await delay(RESTART_DELAY);
      if (!this.ending) this.keepWorker(address, deaths);
    });
  }

  private note(role: 'server' | 'worker', child: ChildProcess): void {
    this.record[role] = child.pid === undefined ? null : identify(child.pid);
    const scratch = `${this.home.record}.${process.pid}`;
    writeFileSync(scratch, `${JSON.stringify(this.record, null, 2)}\n`, { mode: 0o600 });
    renameSync(scratch, this.home.record);
  }

  /** Idle: nobody attached and no workflow open, for a while. */
  private async waitUntilIdle(address: string): Promise<void> {
    const limit = Number(process.env['RATCHET_IDLE_SECONDS'] ?? SUPERVISOR_IDLE / 1000) * 1000;
    const connection = await Connection.connect({ address });
    const { workflow } = new Client({ connection });
    let idleSince = performance.now();
    while (performance.now() - idleSince < limit && !this.ending) {
      await delay(Math.min(limit, HOME_CHECK));
      if (!this.ending && !ownsHome(this.home)) this.abandon();
      const open = await workflow.count('ExecutionStatus = "Running"').catch(() => ({ count: 1 }));
      if (this.socket.attached > 0 || open.count > 0) idleSince = performance.now();
    }
    await connection.close();
  }
}

function ownsHome(home: Home): boolean {
  return readRecord(home)?.supervisor.pid === process.pid;
}

function identify(pid: number): ProcessRecord {
  return { pid, startTime: identifyProcess(pid)?.startTime ?? '' };
}

/** A supervisor that was killed may leave its server and worker behind; two servers must never share a database. */
function endLeftovers(record: SupervisorRecord | undefined): void {
  for (const left of [record?.worker, record?.server]) {
    if (!left || !isAlive(left)) continue;
    log(`ending process ${left.pid}, left behind by an earlier supervisor`);
    process.kill(left.pid, 'SIGKILL');
  }
}

async function stop(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
  patience: number,
): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended;
  clearTimeout(timer);
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

const home = openHome();
const socket = await bindLock(home);
if (socket) {
  const supervisor = new Supervisor(home, socket);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void supervisor.end().then(() => process.exit(0)));
  try {
    await supervisor.run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log(message);
    supervisor.fail(message);
    await supervisor.end();
    process.exitCode = 1;
  }
}
