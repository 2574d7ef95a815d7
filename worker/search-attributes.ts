import { isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../contract/workflows.ts';
import { connectTemporal } from './temporal-connection.ts';
import { type TemporalServer, TemporalUnusable } from './temporal-server.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const INT = IndexedValueType.INDEXED_VALUE_TYPE_INT;

const NOT_FOUND = 5;
/** The text of gRPC's code 6. */
const ALREADY_EXISTS = /already exist/i;
/** gRPC's codes of a server where only its owner may: 7 and 12. */
const NOT_OURS = new Set([7, 12]);

/**
 * Registers what lineages are tagged with on a server of the user's; the embedded one knows them from its start. False: the
 * server leaves that to its owner, and `ratchet doctor` tells whether it was done.
 */
export async function registerSearchAttributes(server: TemporalServer): Promise<boolean> {
  const connection = await connectTemporal(server);
  const { sweep, condition, seed } = SEARCH_ATTRIBUTES;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: server.namespace,
      searchAttributes: { [sweep]: KEYWORD, [condition]: KEYWORD, [seed]: INT },
    });
    return true;
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    const code: number = error.code;
    if (code === NOT_FOUND) throw new TemporalUnusable(describeLack(server));
    if (NOT_OURS.has(code)) return false;
    if (ALREADY_EXISTS.test(error.details)) return true;
    throw error;
  } finally {
    await connection.close();
  }
}

function describeLack({ address, namespace }: TemporalServer): string {
  return `Temporal at ${address} has no namespace ${namespace}: temporal operator namespace create --namespace ${namespace}`;
}
