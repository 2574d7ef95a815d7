import { createHash } from 'node:crypto';
import { withFile } from './durable-files.ts';
import type { BlobRef } from './store.ts';

export interface FilePart {
  /** From 1. */
  number: number;
  start: number;
  size: number;
  /** Base64, as S3 has it. */
  checksum: string;
}

/** A local file with the hash of the whole and of each part, from one reading. */
export interface MeasuredFile extends BlobRef {
  file: string;
  parts: FilePart[];
}

const CHUNK_BYTES = 1024 * 1024;

/** `partBytes` is a multiple of a MiB; the last part may be smaller. */
export async function measureFile(file: string, partBytes: number): Promise<MeasuredFile> {
  return withFile(file, 'r', async (handle) => {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const whole = createHash('sha256');
    const parts: FilePart[] = [];
    for (let start = 0; ; ) {
      const hash = createHash('sha256');
      let size = 0;
      while (size < partBytes) {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, start + size);
        if (bytesRead === 0) break;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        whole.update(chunk);
        size += bytesRead;
      }
      if (size === 0) return { file, size: start, sha256: whole.digest('hex'), parts };
      parts.push({ number: parts.length + 1, start, size, checksum: hash.digest('base64') });
      start += size;
    }
  });
}
