import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect } from 'vitest';

type Histories = { workflowId: string; history: unknown }[];

/** References and small numbers only: so much is ever in one payload. */
const LARGEST_PAYLOAD = 64_000;

/** Every history that the server holds: no payload is large, and a replay takes the same decisions. */
export async function checkHistories(client: Client, bundle: string): Promise<void> {
  const histories: Histories = [];
  for await (const { workflowId, runId } of client.workflow.list())
    histories.push({
      workflowId,
      history: await client.workflow.getHandle(workflowId, runId).fetchHistory(),
    });
  for (const { workflowId, history } of histories)
    for (const size of payloadSizes(history))
      expect(size, workflowId).toBeLessThan(LARGEST_PAYLOAD);
  const replays = Worker.runReplayHistories({ workflowBundle: { codePath: bundle } }, histories);
  for await (const { workflowId, error } of replays) expect(error, workflowId).toBeUndefined();
}

function payloadSizes(part: unknown): number[] {
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return [];
  if ('metadata' in part && 'data' in part && part.data instanceof Uint8Array)
    return [part.data.length];
  return Object.values(part).flatMap(payloadSizes);
}
