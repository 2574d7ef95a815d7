import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { CausedError } from '../contract/causes.ts';
import { type TrainerEvent, trainerEvent } from '../contract/trainer-events.ts';
import { wellFormed } from './trainer-end.ts';

/** Complete lines of a growing file, each once. */
export class EventsFile {
  private offset = 0;
  private rest = '';
  /** A read may end inside a character. */
  private readonly decoder = new StringDecoder('utf8');
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  async readNew(): Promise<TrainerEvent[]> {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return [];
    try {
      const { size } = await handle.stat();
      if (size <= this.offset) return [];
      const buffer = Buffer.alloc(size - this.offset);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.offset);
      this.offset += bytesRead;
      const lines = (this.rest + this.decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      this.rest = lines.pop() ?? '';
      return lines.filter((line) => line.trim()).map(parseEvent);
    } finally {
      await handle.close();
    }
  }
}

/** Anything else is a bug of the trainer, and must not reach the store. */
function parseEvent(line: string): TrainerEvent {
  const found = trainerEvent.safeParse(readJson(line));
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const place = issue?.path.join('.') || 'the line';
  throw new CausedError(
    'trainer-bug',
    `the trainer wrote an event that is not one (${place}: ${issue?.message}): ${wellFormed(line.slice(0, 200))}`,
  );
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
