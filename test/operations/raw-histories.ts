import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;

/** The bytes of every history of a server's default namespace, as the server keeps them. */
export async function readRawHistories(address: string): Promise<Buffer> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const histories: Uint8Array[] = [];
    for await (const { workflowId, runId } of client.workflow.list())
      histories.push(...(await readOne(connection, { workflowId, runId })));
    return Buffer.concat(histories);
  } finally {
    await connection.close();
  }
}

async function readOne(
  connection: Connection,
  execution: { workflowId: string; runId: string },
): Promise<Uint8Array[]> {
  const pages: Uint8Array[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await connection.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution,
      ...(nextPageToken && { nextPageToken }),
    });
    if (page.history) pages.push(History.encode(page.history).finish());
    ({ nextPageToken } = page);
  } while (nextPageToken?.length);
  return pages;
}
