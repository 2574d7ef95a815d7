import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HOME_LEFT } from '../contract/timeouts.ts';
import { isRunning } from './children.ts';
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

/** What a supervisor of this home left that is gone. One that stays is another home's, which was copied while it ran. */
export async function readLeft(
  home: Home,
  patience = HOME_LEFT,
): Promise<SupervisorRecord | undefined> {
  const record = readRecord(home);
  if (!record) return undefined;
  const deadline = performance.now() + patience;
  while (isRunning(record.supervisor)) {
    if (performance.now() > deadline) return undefined;
    await delay(50);
  }
  return record;
}

export function writeRecord(home: Home, record: SupervisorRecord): void {
  const scratch = `${home.record}.${process.pid}`;
  writeFileSync(scratch, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(scratch, home.record);
}
