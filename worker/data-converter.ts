import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { PayloadEncryption } from './payload-codec.ts';
import { readPayloadKeys } from './payload-keys.ts';

/** What workflows load as well; undefined: they need nothing of ours. */
export function failureConverterPath(): string | undefined {
  return readPayloadKeys().length > 0
    ? join(import.meta.dirname, 'failure-converter.js')
    : undefined;
}

/** How whatever Temporal keeps is written and read: encrypted, where there are keys. The same for workers and command line. */
export function createDataConverter(namespace: string): DataConverter {
  const path = failureConverterPath();
  return {
    payloadCodecs: [new PayloadEncryption(readPayloadKeys(), namespace)],
    ...(path !== undefined && { failureConverterPath: path }),
  };
}
