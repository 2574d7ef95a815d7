import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { QUERIES, type SweepProgress } from '../../contract/workflows.ts';
import type { SupervisorRecord } from '../../worker/supervisor-protocol.ts';

export function readRecord(home: string): SupervisorRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(home, 'supervisor.json'), 'utf8')) as SupervisorRecord;
  } catch {
    return undefined;
  }
}

/** Talks to the Temporal server that the home's record names. Throws while there is none. */
export async function withClient<T>(home: string, ask: (client: Client) => Promise<T>): Promise<T> {
  const port = readRecord(home)?.ports?.server;
  if (port === undefined) throw new Error(`no server is on record in ${home}`);
  const connection = await Connection.connect({
    address: `127.0.0.1:${port}`,
    connectTimeout: 1000,
  });
  try {
    return await connection.withDeadline(Date.now() + 3000, () => ask(new Client({ connection })));
  } finally {
    await connection.close();
  }
}

/** A query is answered only by a living server with a living worker. Undefined while there is either not. */
export function queryProgress(home: string, sweep: string): Promise<SweepProgress | undefined> {
  return withClient(home, (client) =>
    client.workflow.getHandle(sweep).query<SweepProgress>(QUERIES.progress),
  ).catch(() => undefined);
}
