import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded, identifyProcess, identifySelf, isAlive } from '../store/process-identity.ts';
import { type ProcessIdentity, processSchema, sha256Of } from '../store/records.ts';

const RECORD = 'trainer.json';

/** This process's name, for the folder of its jobs and in Temporal: no later process of the same id has it. */
export function nameOwnProcess(): string {
  return nameProcess(identifySelf());
}

function nameProcess({ pid, bootId, startTime }: ProcessIdentity): string {
  return `${pid}-${sha256Of(`${bootId} ${startTime}`).slice(0, 8)}`;
}

/** Notes which process works in a job's folder, so that a later worker can tell it from another. */
export async function recordTrainer(folder: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  const identity = identifyProcess(pid);
  if (identity) await writeFile(join(folder, RECORD), JSON.stringify(identity));
}

/** Names of processes that left folders of jobs and live no more. */
export async function findDeadWorkers(workFolder: string): Promise<string[]> {
  const names = await readdir(workFolder).catch(() => []);
  return names.filter((name) => {
    const identity = identifyProcess(Number.parseInt(name, 10));
    return !identity || nameProcess(identity) !== name;
  });
}

/**
 * Ends trainers that outlived a killed worker, and removes its folder. Trainers end on their own when their standard
 * input closes; this is for those that do not.
 */
export async function removeLeftovers(workFolder: string, worker: string): Promise<void> {
  const folder = join(workFolder, worker);
  const jobs = await readdir(folder).catch(() => []);
  await Promise.all(jobs.map((job) => endTrainer(join(folder, job))));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function endTrainer(folder: string): Promise<void> {
  const trainer = await readTrainer(folder);
  if (!trainer) return;
  while (isAlive(trainer)) {
    killGroup(trainer.pid);
    await delay(10);
  }
  // What it started may live on: as long as it does, nobody else can have its id.
  if (hasEnded(trainer) && !identifyProcess(trainer.pid)) killGroup(trainer.pid);
}

/** A trainer and everything that it started. */
export function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // All have ended.
  }
}

/** Undefined: none, or its worker died while it wrote this. */
async function readTrainer(folder: string): Promise<ProcessIdentity | undefined> {
  try {
    return processSchema.parse(JSON.parse(await readFile(join(folder, RECORD), 'utf8')));
  } catch {
    return undefined;
  }
}
