import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { hasEnded, identifyProcess, identifySelf, isAlive } from '../../store/process-identity.ts';

test('a process is alive until it ends', async () => {
  const child = spawn('sleep', ['60']);
  const identity = identifyProcess(child.pid ?? 0);
  expect(identity).toMatchObject({ pid: child.pid });
  expect(identity && isAlive(identity)).toBe(true);
  expect(identity && hasEnded(identity)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(identity && isAlive(identity)).toBe(false);
  expect(identity && hasEnded(identity)).toBe(true);
  expect(identifyProcess(child.pid ?? 0)).toBeUndefined();
});

test('a zombie has ended', async () => {
  // The inner sleep ends at once; the process that the shell becomes never waits for it.
  const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await vi.waitFor(() => expect(identifyProcess(pid)).toBeUndefined(), 20_000);
  shell.kill('SIGKILL');
});

test('the same id with another start is another process', () => {
  const self = identifySelf();
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ ...self, startTime: `${self.startTime}0` })).toBe(false);
  expect(hasEnded({ ...self, startTime: `${self.startTime}0` })).toBe(true);
});

test('nothing is certain about processes of other machines, boots or containers', () => {
  const gone = { ...identifySelf(), pid: 999_999_999 };
  expect(hasEnded(gone)).toBe(true);
  expect(hasEnded({ ...gone, host: 'elsewhere' })).toBe(false);
  expect(hasEnded({ ...gone, bootId: 'another' })).toBe(false);
  expect(hasEnded({ ...gone, pidNamespace: 'pid:[1]' })).toBe(false);
  expect(hasEnded({ ...gone, startTime: '' })).toBe(false);
});
