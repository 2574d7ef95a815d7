import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildIdentity } from '../compute/trainers.ts';
import { HOME_CHECK, RESTART_DELAY, SUPERVISOR_IDLE } from '../contract/timeouts.ts';
import { TASK_QUEUES } from '../contract/workflows.ts';
import { identifyProcess, identifySelf } from '../store/process-identity.ts';
import { describeEnd, endChild, endRecorded, readLastError, waitForEnd } from './children.ts';
import { choosePorts, isAnswering, type Ports, startServer } from './embedded-server.ts';
import { type Home, openHome } from './home.ts';
import { Idleness } from './idleness.ts';
import type { SupervisorRecord } from './supervisor-protocol.ts';
import { readLeft, readRecord, writeRecord } from './supervisor-record.ts';
import { QuickDeaths } from './quick-deaths.ts';
import { bindLock, type SupervisorSocket } from './supervisor-socket.ts';
import { markFinished, removeUnfinished } from './temporal-database.ts';
import { obtainTemporal } from './temporal-binary.ts';
import {
  embeddedServer,
  readTemporalServer,
  type TemporalServer,
  withoutTemporal,
} from './temporal-server.ts';

/** Of the code that this process has loaded, whatever is built beside it later. */
const BUILD = buildIdentity();

/** Owns the embedded server and worker of one home: starts them, restarts what dies, ends when there is no work. */
class Supervisor {
  private readonly home: Home;
  private readonly socket: SupervisorSocket;
  private readonly record: SupervisorRecord;
  private server: ChildProcess | undefined;
  private worker: ChildProcess | undefined;
  /** A server of the user's, which is not ours to keep. */
  private external: TemporalServer | undefined;
  /** The embedded server's. */
  private address = '';
  private ending = false;

  constructor(home: Home, socket: SupervisorSocket) {
    this.home = home;
    this.socket = socket;
    this.record = { supervisor: identifySelf(), server: null, worker: null, ports: null };
  }

  /** Until there is no work left, or something that is needed cannot be started. */
  async run(): Promise<void> {
    const before = await readLeft(this.home);
    await endLeftovers(before);
    const external = await readTemporalServer();
    if (!external) this.record.ports = before?.ports ?? null;
    writeRecord(this.home, this.record); // From here on the home is ours.
    const lives: Promise<void>[] = [];
    if (external) {
      this.external = external;
      // Heavy to load.
      const { registerSearchAttributes } = await import('./search-attributes.ts');
      await registerSearchAttributes(external);
      this.announce();
    } else {
      const binary = await this.obtainServer();
      await this.chooseAddress(this.record.ports);
      lives.push(this.keepServer(binary));
    }
    // The worker starts beside the server, and waits for it.
    lives.push(this.keepWorker(), this.waitUntilIdle());
    await Promise.race(lives);
    await this.end();
  }

  async end(): Promise<void> {
    if (this.ending) return;
    this.socket.tell({ phase: 'ending', pid: process.pid });
    await this.endAll();
  }

  /** Whoever is attached hears why; whoever comes later finds no supervisor and starts another. */
  async fail(message: string): Promise<void> {
    log(message);
    this.socket.tell({ phase: 'failed', pid: process.pid, message });
    await this.endAll();
  }

  private async endAll(): Promise<void> {
    this.ending = true;
    await endChild(this.worker, 'SIGTERM', 30_000);
    await endChild(this.server, 'SIGTERM', 10_000);
    rmSync(this.home.record, { force: true });
    this.socket.close();
  }

  /** The home was removed under us: what we hold is no longer anybody's, and its place may be taken anew. */
  private abandon(): never {
    log('the home is gone; ending');
    for (const child of [this.worker, this.server]) child?.kill('SIGKILL');
    process.exit(1);
  }

  private announce(): void {
    const { address } = this.temporal;
    const ui = this.record.ports ? `http://127.0.0.1:${this.record.ports.ui}` : null;
    this.socket.tell({ phase: 'ready', pid: process.pid, address, ui, build: BUILD });
  }

  private get temporal(): TemporalServer {
    return this.external ?? embeddedServer(this.address);
  }

  private obtainServer(): Promise<string> {
    return obtainTemporal((message) =>
      this.socket.tell({ phase: 'starting', pid: process.pid, message }),
    );
  }

  /** The wanted one while nobody else has it. A worker finds its server again there, but not at another address. */
  private async chooseAddress(wanted: Ports | null): Promise<void> {
    const ports = await choosePorts(wanted);
    const address = `127.0.0.1:${ports.server}`;
    if (address !== this.address) this.worker?.kill('SIGKILL');
    this.record.ports = ports;
    this.address = address;
  }

  private async keepServer(binary: string): Promise<void> {
    const deaths = new QuickDeaths();
    while (this.record.ports && !this.ending) {
      const { ports } = this.record;
      removeUnfinished(this.home);
      const server = startServer(binary, this.home, ports);
      this.server = server;
      this.note('server', server);
      deaths.begin();
      if (await isAnswering(server, ports.server)) {
        markFinished(this.home);
        this.announce();
      }
      await waitForEnd(server);
      if (this.ending) return;
      log(`the server ended (${describeEnd(server)}); starting it again`);
      if (deaths.areTooMany(server)) throw await this.explain('the Temporal server', 'server.log');
      await delay(RESTART_DELAY);
      await this.chooseAddress(ports);
    }
  }

  private async keepWorker(): Promise<void> {
    const deaths = new QuickDeaths();
    while (!this.ending) {
      const worker = this.startWorker();
      deaths.begin();
      await waitForEnd(worker);
      if (this.ending) return;
      log(`the worker ended (${describeEnd(worker)}); starting it again`);
      if (deaths.areTooMany(worker)) throw await this.explain('the worker', 'worker.log');
      await delay(RESTART_DELAY);
    }
  }

  private startWorker(): ChildProcess {
    const output = openSync(join(this.home.logs, 'worker.log'), 'a', 0o600);
    const worker = fork(join(import.meta.dirname, 'main.js'), [], {
      env: {
        ...(this.external
          ? process.env
          : { ...withoutTemporal(process.env), TEMPORAL_ADDRESS: this.address }),
        RATCHET_HOME: this.home.folder,
      },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.worker = worker;
    this.note('worker', worker);
    return worker;
  }

  private async explain(who: string, logName: string): Promise<Error> {
    const file = join(this.home.logs, logName);
    return new Error(`${who} keeps ending: ${await readLastError(file)} (all of it in ${file})`);
  }

  private note(role: 'server' | 'worker', child: ChildProcess): void {
    child.on('error', (error) => log(`the ${role}: ${error.message}`));
    this.record[role] = (child.pid && identifyProcess(child.pid)) || null;
    writeRecord(this.home, this.record);
  }

  /** Until nobody has needed us for a while. */
  private async waitUntilIdle(): Promise<void> {
    const limit = Number(process.env['RATCHET_IDLE_SECONDS'] ?? SUPERVISOR_IDLE / 1000) * 1000;
    const idleness = new Idleness(this.socket);
    while (!this.ending) {
      await delay(HOME_CHECK);
      if (!this.ending && !ownsHome(this.home)) this.abandon();
      if (await idleness.hasLasted(limit, () => hasOpenWorkflows(this.temporal))) return;
    }
  }
}

/** True also when the server does not answer: it may be on its way back. */
async function hasOpenWorkflows(server: TemporalServer): Promise<boolean> {
  // Heavy to load, and needed only when nobody is attached.
  const { Client } = await import('@temporalio/client');
  const { connectTemporal } = await import('./temporal-connection.ts');
  try {
    const connection = await connectTemporal(server);
    try {
      const { workflow } = new Client({ connection, namespace: server.namespace });
      const ours = `ExecutionStatus = "Running" AND TaskQueue = "${TASK_QUEUES.control}"`;
      return (await workflow.count(ours)).count > 0;
    } finally {
      await connection.close();
    }
  } catch {
    return true;
  }
}

function ownsHome(home: Home): boolean {
  return readRecord(home)?.supervisor.pid === process.pid;
}

/** A supervisor that was killed may leave its server and worker behind; two servers must never share a database. */
async function endLeftovers(record: SupervisorRecord | undefined): Promise<void> {
  for (const left of [record?.worker, record?.server])
    if (await endRecorded(left)) log(`ended ${left?.pid}, left behind by an earlier supervisor`);
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
    await supervisor.fail(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
