import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Connection, isGrpcServiceError } from '@temporalio/client';
import { createDataConverter } from '../worker/data-converter.ts';
import { type DeployedWorker, findDeployedWorkers } from '../worker/deployed-workers.ts';
import {
  ensureSupervisor,
  type Supervised,
  SupervisorFailed,
} from '../worker/ensure-supervisor.ts';
import type { Home } from '../worker/home.ts';
import { attach, type Attachment } from '../worker/supervisor-socket.ts';
import { connectTemporal } from '../worker/temporal-connection.ts';
import {
  embeddedServer,
  readTemporalServer,
  type TemporalServer,
  TemporalUnusable,
} from '../worker/temporal-server.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** Before whoever did not answer is asked again. */
const OUTAGE_PAUSE = 300;
/**
 * Milliseconds until a server somewhere that never answered is given up; and one that did before, or our own, which its
 * supervisor brings back: that is an outage, and sweeps go on.
 */
const FIRST_PATIENCE = 3000;
const MOST_OUTAGE = 5 * 60_000;

/** A connection to Temporal with a live worker behind it, brought back when the server or the supervisor dies. */
export class Session {
  private readonly home: Home;
  private readonly say: (line: string) => void;
  private attachment: Attachment | undefined;
  private connection: Connection | undefined;
  private current: Client | undefined;
  /** Temporal's own UI, where the embedded server runs. */
  ui: string | null = null;
  /** Those that do the work, where any were deployed. */
  deployed: DeployedWorker[] = [];

  private constructor(home: Home, say: (line: string) => void) {
    this.home = home;
    this.say = say;
  }

  static async open(home: Home, say: (line: string) => void): Promise<Session> {
    const session = new Session(home, say);
    await session.connect();
    return session;
  }

  /** With the workers that were deployed, or this home's supervisor; undefined where there are none. Starts nothing. */
  static async join(home: Home, say: (line: string) => void): Promise<Session | undefined> {
    const session = new Session(home, say);
    const named = await readTemporalServer();
    if (named && (await session.joinDeployed(named))) return session;
    const attachment = await attach(home);
    try {
      // As long as we are attached it does not end for being idle; one that ends already would have to be started again.
      return (await attachment?.isStaying()) ? await Session.open(home, say) : undefined;
    } finally {
      attachment?.close();
    }
  }

  get client(): Client {
    if (!this.current) throw new Error('the session is closed');
    return this.current;
  }

  /** Runs a call that may be repeated; while server or supervisor are away they are brought back and it is asked again. */
  async ask<T>(call: (client: Client) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.attachment?.ended) await this.reconnect();
      try {
        return await call(this.client);
      } catch (error) {
        if (!isOutage(error)) throw error;
      }
      await delay(OUTAGE_PAUSE);
      await this.reconnect();
    }
  }

  async close(): Promise<void> {
    this.attachment?.close();
    await this.connection?.close().catch(() => undefined);
    this.current = undefined;
  }

  private async reconnect(): Promise<void> {
    const news = this.attachment?.latest;
    if (news?.phase === 'failed') throw new CliError(EXIT.environment, news.message);
    await this.close();
    await this.connect(MOST_OUTAGE);
  }

  private async connect(patience?: number): Promise<void> {
    const firstPatience = (await readTemporalServer()) ? FIRST_PATIENCE : MOST_OUTAGE;
    const deadline = performance.now() + (patience ?? firstPatience);
    for (;;) {
      try {
        return await this.tryToConnect();
      } catch (error) {
        this.attachment?.close();
        if (isHopeless(error) || performance.now() > deadline) throw asCliError(error);
      }
      await delay(OUTAGE_PAUSE);
    }
  }

  private async tryToConnect(): Promise<void> {
    const named = await readTemporalServer();
    if (named && (await this.joinDeployed(named))) return;
    const supervised = await ensureSupervisor(this.home, this.say);
    this.attachment = supervised.attachment;
    this.ui = supervised.ui;
    checkSame(named, supervised);
    const server = named ?? embeddedServer(supervised.address);
    this.use(await connectTemporal(server), server);
  }

  /** Where workers were deployed the command line brings none of its own. */
  private async joinDeployed(server: TemporalServer): Promise<boolean> {
    const connection = await connectTemporal(server);
    try {
      this.deployed = await findDeployedWorkers(connection, server.namespace);
      if (this.deployed.length === 0) return false;
      this.use(connection, server);
      return true;
    } finally {
      if (this.connection !== connection) await connection.close();
    }
  }

  private use(connection: Connection, { namespace }: TemporalServer): void {
    this.connection = connection;
    const dataConverter = createDataConverter(namespace);
    this.current = new Client({ connection, namespace, dataConverter });
  }
}

/** A supervisor keeps the server that it was started with. */
function checkSame(named: TemporalServer | undefined, { address, ui }: Supervised): void {
  const its = ui === null ? address : undefined;
  if (named?.address === its) return;
  const [wanted, found] = [named?.address, its].map((one) => one ?? 'its own Temporal server');
  throw new CliError(
    EXIT.environment,
    `a supervisor with ${found} runs here, and not with ${wanted}: it ends when it is idle; until then set another RATCHET_HOME`,
  );
}

/** What trying again does not mend. */
function isHopeless(error: unknown): boolean {
  if (error instanceof TemporalUnusable) return !error.isAway;
  return error instanceof SupervisorFailed || error instanceof CliError;
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new CliError(EXIT.environment, error instanceof Error ? error.message : String(error));
}

/** gRPC status codes of a server that is away, starting, or dying. */
const OUTAGES = new Set([1, 4, 8, 13, 14]);

function isOutage(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const found = [error, cause].find(isGrpcServiceError);
  if (found) return OUTAGES.has(found.code);
  return error instanceof Error && /ECONNREFUSED|ECONNRESET|Failed to connect/.test(error.message);
}
