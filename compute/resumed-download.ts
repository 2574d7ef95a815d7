import { createHash, type Hash } from 'node:crypto';
import { constants, type FileHandle } from 'node:fs/promises';
import { withFile } from '../store/durable-files.ts';
import { StoreError } from '../store/store.ts';
import { type Answer, persevere, Unanswered } from './hub-requests.ts';

export interface Download {
  /** E.g. `fetch config.json`. */
  doing: string;
  /** Bytes of all of it. */
  size: number;
  signal: AbortSignal;
  /** From a byte on. */
  request: (from: number) => Promise<Answer>;
}

/**
 * Brings what is missing into a file that an earlier try may have begun, and goes on where a connection breaks off. Returns
 * the SHA-256 of the whole: whether it is what was wanted is the caller's to judge.
 */
export function download(file: string, of: Download): Promise<string> {
  return withFile(file, constants.O_RDWR | constants.O_CREAT, async (target) => {
    const begun = new BegunFile(target);
    await begun.readOn(of.size);
    await persevere(of.doing, of.signal, async (advanced) => {
      if (begun.size === of.size) return;
      const { status, chunks } = await of.request(begun.size);
      if (status !== 206) await begun.startAnew();
      for await (const chunk of chunks) {
        await begun.append(chunk);
        advanced();
        if (begun.size > of.size)
          throw new StoreError('corrupt', `cannot ${of.doing}: more than ${of.size} bytes came`);
      }
      if (begun.size < of.size)
        throw new Unanswered(`it broke off after ${begun.size} of ${of.size} bytes`);
    });
    return begun.digest();
  });
}

class BegunFile {
  size = 0;
  readonly #file: FileHandle;
  #hash: Hash = createHash('sha256');

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** What stands there already; nothing, if that is too much. */
  async readOn(most: number): Promise<void> {
    if ((await this.#file.stat()).size > most) return this.startAnew();
    for await (const chunk of this.#file.createReadStream({ start: 0, autoClose: false })) {
      this.#hash.update(chunk as Buffer);
      this.size += (chunk as Buffer).length;
    }
  }

  async startAnew(): Promise<void> {
    await this.#file.truncate(0);
    this.size = 0;
    this.#hash = createHash('sha256');
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, written, null, this.size + written);
      written += bytesWritten;
    }
    this.#hash.update(chunk);
    this.size += chunk.length;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
