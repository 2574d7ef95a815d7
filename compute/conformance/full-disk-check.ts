import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, requireTraining, Skipped } from './check.ts';
import { judgeUnfinished } from './judge-end.ts';
import { copyFolder, EVERY, listFiles } from './lab.ts';
import { listCheckpoints } from './trial.ts';

/** On a disk of its own that is full from the first checkpoint on. */
export const FULL_DISK_CHECK: Check = {
  name: 'full disk',
  title: 'fails where the disk is full, and leaves nothing half written',
  run: async (lab) => {
    const { checkpoints, weights } = requireTraining(lab);
    const [disk, sample] = [await lab.makeKeep(), await lab.makeFolder()];
    mount(disk, (await sizeOf(sample)) + 4 * (await sizeOf(join(checkpoints, String(EVERY)))));
    try {
      const folder = join(disk, 'job');
      await mkdir(folder);
      await copyFolder(sample, folder);
      const trial = await lab.run(folder, lab.trainJob(), {
        onEvent: async ({ type }, hand) => {
          if (type !== 'checkpoint') return;
          await hand.acknowledge();
          fill(join(disk, 'filler'));
        },
      });
      return [
        ...judgeUnfinished(trial),
        ...(await findTorn(join(folder, 'checkpoints'), checkpoints)),
        ...(await judgeWhole(join(folder, 'weights'), weights)),
      ];
    } finally {
      spawnSync('umount', [disk]);
    }
  },
};

/** What a file system takes for folders, and a trainer for its events and log. */
const SLACK = 1024 ** 2;

/** Memory as a disk; only root may mount one. */
function mount(folder: string, bytes: number): void {
  if (process.getuid?.() !== 0) throw new Skipped('only root can make a small disk');
  const options = `size=${bytes + SLACK},mode=0700`;
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0)
    throw new Skipped('no small disk can be mounted here');
}

function fill(file: string): void {
  const page = new Uint8Array(4096);
  try {
    for (;;) appendFileSync(file, page);
  } catch {
    // Full.
  }
}

async function findTorn(found: string, whole: string): Promise<string[]> {
  const steps = (await listCheckpoints(found)).map(String);
  const torn = steps.map((step) => judgeWhole(join(found, step), join(whole, step)));
  return (await Promise.all(torn)).flat();
}

/** That nothing is there is right as well; what is there has to be whole. */
async function judgeWhole(found: string, whole: string): Promise<string[]> {
  const size = await sizeOf(found).catch(() => undefined);
  if (size === undefined || size === (await sizeOf(whole))) return [];
  return [`leaves a half-written ${found.split('/').slice(-2).join('/')} under its final name`];
}

async function sizeOf(folder: string): Promise<number> {
  const files = (await listFiles(folder)).map((name) => stat(join(folder, name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}
