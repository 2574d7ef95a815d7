import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainerEvent } from '../contract/trainer-events.ts';

/** Appends one JSON object a line, each in one write. */
export class EventLog {
  private readonly file: number;

  constructor(folder: string) {
    this.file = openSync(join(folder, 'events.jsonl'), 'a');
  }

  append(event: TrainerEvent): void {
    writeSync(this.file, `${JSON.stringify(event)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
