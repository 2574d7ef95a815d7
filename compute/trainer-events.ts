import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { CausedError } from '../contract/causes.ts';
import type { TrainerEvent } from '../contract/trainer.ts';
import { wellFormed } from './trainer-end.ts';

const count = z.int().nonnegative();

/** What a trainer may say: anything else is its bug, and must not reach the store. */
const eventSchema: z.ZodType<TrainerEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    step: count,
    steps: count,
    loss: z.number().nullable(),
    tokens: count,
    tokensPerSecond: z.number().nonnegative(),
    peakMemoryBytes: z.number().nonnegative(),
  }),
  z.object({ type: z.literal('checkpoint'), step: count }),
  z.object({
    type: z.literal('count'),
    name: z.string(),
    examples: count,
    tokens: count,
    targetTokens: count,
    truncatedExamples: count,
    truncatedTurns: count,
    droppedExamples: count,
    sizes: z
      .array(
        z.object({ tokens: count, targetTokens: count, turnsLost: count, dropped: z.boolean() }),
      )
      .optional(),
  }),
  z.object({ type: z.literal('predictions'), name: z.string(), file: z.string() }),
  z.object({ type: z.literal('result'), steps: count, tokens: count }),
  z.object({ type: z.literal('warning'), message: z.string() }),
]);

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

function parseEvent(line: string): TrainerEvent {
  const found = eventSchema.safeParse(readJson(line));
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
