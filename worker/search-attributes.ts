import { Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../contract/workflows.ts';
import { temporalNamespace } from './home.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const INT = IndexedValueType.INDEXED_VALUE_TYPE_INT;

/** The text of gRPC's code 6. */
const ALREADY_EXISTS = /already exist/i;

/**
 * Registers what lineages are tagged with on a server of the user's; the embedded one knows them from its start. Throws
 * where the server refuses, which then has to be told by its own means.
 */
export async function registerSearchAttributes(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const { sweep, condition, seed } = SEARCH_ATTRIBUTES;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: temporalNamespace(),
      searchAttributes: { [sweep]: KEYWORD, [condition]: KEYWORD, [seed]: INT },
    });
  } catch (error) {
    if (!isGrpcServiceError(error) || !ALREADY_EXISTS.test(error.details)) throw error;
  } finally {
    await connection.close();
  }
}
