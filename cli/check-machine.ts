import { readdir, statfs } from 'node:fs/promises';
import { scorerIdentity } from '../compute/trainers.ts';
import type { Home } from '../worker/home.ts';
import { type Check, failed, passed } from './check.ts';
import { formatBytes } from './output.ts';

const NODE_MAJOR = 20;
const LITTLE_SPACE = 2 * 1024 ** 3;

/** What this machine brings: Node, the build, space for work. */
export async function checkMachine(home: Home): Promise<Check[]> {
  return [checkNode(), checkBuild(), await checkSpace(home), await checkLeftovers(home)];
}

function checkNode(): Check {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) === NODE_MAJOR) return passed('node', node);
  return failed('node', node, `install Node ${NODE_MAJOR}: the learner's results are pinned to it`);
}

function checkBuild(): Check {
  try {
    return passed('build', `scorer ${scorerIdentity().slice(0, 12)}`);
  } catch {
    return failed('build', 'the bundles are missing', 'npm run build');
  }
}

async function checkSpace({ folder }: Home): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const found = `${formatBytes(free)} free`;
  if (free > LITTLE_SPACE) return passed('disk', found);
  return failed('disk', found, `free space on the disk of ${folder}`);
}

async function checkLeftovers({ work }: Home): Promise<Check> {
  const folders = await readdir(work).catch(() => []);
  return passed('work', `${folders.length} work folders in ${work}`);
}
