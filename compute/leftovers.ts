import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyProcess, isAlive } from '../store/process-identity.ts';
import { processSchema } from '../store/records.ts';

const RECORD = 'trainer.json';

/** Notes which process works in a job's folder, with its start time, so that a later worker can tell it from another. */
export async function recordTrainer(folder: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  const identity = identifyProcess(pid);
  if (identity) await writeFile(join(folder, RECORD), JSON.stringify(identity));
}

/**
 * Ends trainers that outlived a killed worker and removes their folders. Trainers end on their own when their standard
 * input closes; this is for those that do not. Folders are named after their worker's process id.
 */
export async function removeLeftovers(workFolder: string): Promise<void> {
  for (const name of await readdir(workFolder).catch(() => [])) {
    if (!/^\d+$/.test(name) || isWorker(Number(name))) continue;
    for (const job of await readdir(join(workFolder, name)))
      await endTrainer(join(workFolder, name, job));
    await rm(join(workFolder, name), { recursive: true, force: true });
  }
}

/** An id of our own is a recycled one: nothing of ours is there yet. */
function isWorker(pid: number): boolean {
  return pid !== process.pid && identifyProcess(pid) !== undefined;
}

async function endTrainer(folder: string): Promise<void> {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => undefined);
  const identity = text === undefined ? undefined : processSchema.safeParse(JSON.parse(text)).data;
  if (identity && isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
}
