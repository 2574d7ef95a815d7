import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { identifyProcess } from '../../store/process-identity.ts';
import { endRecorded, signalProcess } from '../../worker/children.ts';
import { openHome } from '../../worker/home.ts';
import { readLeft, writeRecord } from '../../worker/supervisor-record.ts';

it('is left by a supervisor that is gone, and of one that stays it is the record of another home', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const home = openHome(folder);
  const { child, supervisor } = startProcess();
  const record = { supervisor, server: null, worker: null, ports: { server: 1, ui: 2 } };
  writeRecord(home, record);
  expect(await readLeft(home, 0)).toBeUndefined();
  const left = readLeft(home);
  child.kill('SIGKILL');
  expect(await left).toEqual(record);
});

it('names processes that may have ended by themselves', async () => {
  const { child, supervisor } = startProcess();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(() => signalProcess(supervisor.pid, 'SIGTERM')).not.toThrow();
  expect(await endRecorded(supervisor)).toBe(false);
});

function startProcess() {
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const supervisor = identifyProcess(child.pid ?? 0);
  if (!supervisor) throw new Error('it did not start');
  return { child, supervisor };
}
