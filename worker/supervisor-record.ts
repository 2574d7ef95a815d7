import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Home } from './home.ts';
import { type SupervisorRecord, supervisorRecordSchema } from './supervisor-protocol.ts';

/** What the home's last supervisor wrote of itself; undefined: none, or nothing that can be used. */
export function readRecord(home: Home): SupervisorRecord | undefined {
  try {
    return supervisorRecordSchema.parse(JSON.parse(readFileSync(home.record, 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeRecord(home: Home, record: SupervisorRecord): void {
  const scratch = `${home.record}.${process.pid}`;
  writeFileSync(scratch, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(scratch, home.record);
}
