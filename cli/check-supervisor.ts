import { isAlive } from '../store/process-identity.ts';
import type { Home } from '../worker/home.ts';
import { readRecord } from '../worker/supervisor-record.ts';
import { attach } from '../worker/supervisor-socket.ts';
import { type Check, failed, passed } from './check.ts';

/** The embedded server and worker of a home, and what a supervisor that was killed left of them. */
export async function checkSupervisor(home: Home): Promise<Check> {
  const name = 'supervisor';
  const attachment = await attach(home);
  attachment?.close();
  if (attachment) return passed(name, 'running');
  const record = readRecord(home);
  const orphans = [record?.server, record?.worker].filter((one) => one && isAlive(one));
  if (orphans.length === 0) return passed(name, 'not running');
  return failed(
    name,
    `gone, but left ${orphans.length} processes`,
    'ratchet resume ends them and goes on',
  );
}
