import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../store/file-errors.ts';
import { identifyProcess } from '../store/process-identity.ts';
import type { ProcessIdentity } from '../store/records.ts';

/** It exited, or never started. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

export async function waitForEnd(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit');
}

export function describeEnd({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit ${exitCode}`;
}

/** Signals, waits, and kills when the patience (milliseconds) is over. */
export async function endChild(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
  patience: number,
): Promise<void> {
  if (!child || hasEnded(child)) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await waitForEnd(child);
  clearTimeout(timer);
}

/** Signals a process that is no child of ours, and may be gone by now. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Kills a process of somebody else's, if it is the very one that was recorded, and waits until it is gone. */
export async function endRecorded(recorded: ProcessIdentity | null | undefined): Promise<boolean> {
  if (!recorded || !isRunning(recorded)) return false;
  while (isRunning(recorded)) {
    signalProcess(recorded.pid, 'SIGKILL');
    await delay(10);
  }
  return true;
}

/** Whether that very process runs: on this boot of this machine, and not a later one of its id. */
export function isRunning(recorded: ProcessIdentity): boolean {
  const now = identifyProcess(recorded.pid);
  return (
    now !== undefined &&
    now.bootId === recorded.bootId &&
    now.pidNamespace === recorded.pidNamespace &&
    now.startTime === recorded.startTime
  );
}

/** The last line of a log that tells of an error, or just the last. */
export async function readLastError(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.slice(-10_000).trimEnd().split('\n');
  return (lines.findLast((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? '').trim();
}
