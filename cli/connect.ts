import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { ensureSupervisor, SupervisorFailed } from '../worker/ensure-supervisor.ts';
import { type Home, temporalNamespace } from '../worker/home.ts';
import type { Attachment } from '../worker/supervisor-socket.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError, EXIT } from './exit-codes.ts';

/** Before whoever did not answer is asked again. */
const OUTAGE_PAUSE = 300;

/** A connection to Temporal with a live worker behind it, brought back when the server or the supervisor dies. */
export class Session {
  private readonly home: Home;
  private readonly say: (line: string) => void;
  private attachment: Attachment | undefined;
  private connection: Connection | undefined;
  private current: Client | undefined;
  /** Temporal's own UI, where the embedded server runs. */
  ui: string | null = null;

  private constructor(home: Home, say: (line: string) => void) {
    this.home = home;
    this.say = say;
  }

  static async open(home: Home, say: (line: string) => void): Promise<Session> {
    const session = new Session(home, say);
    await session.connect();
    return session;
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
    await this.connect();
  }

  private async connect(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const supervised = await ensureSupervisor(this.home, this.say);
        this.attachment = supervised.attachment;
        this.ui = supervised.ui;
        // Without interceptors a call fails at once, instead of being repeated to a dead server for half a minute.
        this.connection = await Connection.connect({
          address: supervised.address,
          interceptors: [],
        });
        this.current = new Client({ connection: this.connection, namespace: temporalNamespace() });
        return;
      } catch (error) {
        if (error instanceof SupervisorFailed || attempt === 10)
          throw new CliError(
            EXIT.environment,
            error instanceof Error ? error.message : String(error),
          );
        this.attachment?.close();
        await delay(OUTAGE_PAUSE);
      }
    }
  }
}

/** gRPC status codes of a server that is away, starting, or dying. */
const OUTAGES = new Set([1, 4, 8, 13, 14]);

function isOutage(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const found = [error, cause].find(isGrpcServiceError);
  if (found) return OUTAGES.has(found.code);
  return error instanceof Error && /ECONNREFUSED|ECONNRESET|Failed to connect/.test(error.message);
}
