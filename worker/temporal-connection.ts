import { Connection, isGrpcServiceError } from '@temporalio/client';
import { explainConnection } from './explain-connection.ts';
import { type TemporalServer, TemporalUnusable } from './temporal-server.ts';

/** Of the connection, and of every look at why there is none; a person waits. */
const PATIENCE = 5000;

/** gRPC's codes for who may not come in. */
const REFUSALS = new Set([7, 16]);

/**
 * Connects without the SDK's retries: a call to a server that is away fails at once, instead of being repeated for half a
 * minute. Throws `TemporalUnusable`, which says what is wrong with address, TLS or key.
 */
export async function connectTemporal(server: TemporalServer): Promise<Connection> {
  const { address, access } = server;
  try {
    return await Connection.connect({
      address,
      ...access,
      interceptors: [],
      connectTimeout: PATIENCE,
    });
  } catch (error) {
    const { said, isAway } = await explain(server, error);
    throw new TemporalUnusable(`Temporal at ${address}: ${said}`, isAway);
  }
}

async function explain(
  server: TemporalServer,
  error: unknown,
): Promise<{ said: string; isAway: boolean }> {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const status = [error, cause].find(isGrpcServiceError);
  if (status && REFUSALS.has(status.code)) {
    const said = `it refuses us (${status.details}): check TEMPORAL_API_KEY or the client's certificate, and TEMPORAL_NAMESPACE`;
    return { said, isAway: false };
  }
  const found = await explainConnection(server, PATIENCE);
  if (found) return found;
  const said = status?.details ?? (error instanceof Error ? error.message : String(error));
  return { said, isAway: true };
}
