import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** What stands in a payload that the SDK hands over as it came, decrypted as everything else is. */
export async function readPayload<T>({ options }: Client, payload: Payload): Promise<T> {
  const { payloadCodecs, payloadConverter } = options.loadedDataConverter;
  let decoded = [payload];
  for (const codec of payloadCodecs.toReversed()) decoded = await codec.decode(decoded);
  return payloadConverter.fromPayload<T>(decoded[0] ?? payload);
}
