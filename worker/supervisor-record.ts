import { readFileSync } from 'node:fs';
import type { Home } from './home.ts';
import type { SupervisorRecord } from './supervisor-protocol.ts';

/** What the home's last supervisor wrote of itself; undefined: none, or torn. */
export function readRecord(home: Home): SupervisorRecord | undefined {
  try {
    return JSON.parse(readFileSync(home.record, 'utf8')) as SupervisorRecord;
  } catch {
    return undefined;
  }
}
