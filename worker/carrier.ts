import { openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TRAINER_LINGER } from '../contract/timeouts.ts';
import type { CarrierWork } from '../k8s/job-request.ts';

/**
 * The carrier of a pod. It alone has credentials. Its last words, in the pod's status, say why it gave up. What it does is
 * loaded late: process 1 does not hear a SIGTERM before it has said that it will, and a pod that is to go must not wait for
 * the end of its grace period.
 */

const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());

const folder = readSetting('RATCHET_JOB_FOLDER');
const lastWords = process.env['RATCHET_LAST_WORDS'] ?? '/dev/termination-log';

async function main(): Promise<void> {
  // The life before ended with its last words, or was killed; what it was at is for another pod.
  if (!isFirstLife()) return waitUntilStopped(Infinity);
  const { carry } = await import('./carry.ts');
  const carried = await carry({
    work: JSON.parse(readSetting('RATCHET_WORK')) as CarrierWork,
    folder,
    readyPort: Number(readSetting('RATCHET_READY_PORT')),
    stopped: stopped.signal,
  });
  writeFileSync(lastWords, JSON.stringify(carried.lastWords));
  if (carried.failed) process.exitCode = 1;
  else if (carried.trainerStarted) await waitUntilStopped(TRAINER_LINGER);
}

/** Of this container in this pod: the folder outlives it. */
function isFirstLife(): boolean {
  try {
    openSync(join(dirname(folder), 'carried'), 'wx');
    return true;
  } catch {
    return false;
  }
}

/** Kubernetes ends sidecars after everything else: then the trainer has ended. */
async function waitUntilStopped(patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!stopped.signal.aborted && performance.now() < deadline) await delay(100);
}

function readSetting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this program is started by a Job`);
  return value;
}

await main();
process.exit(); // Whatever is still asked of the store, nobody waits for it.
