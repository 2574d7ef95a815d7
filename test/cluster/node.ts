import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterFolder } from './setup.ts';

/** Starts containerd, a kubelet and two GPUs as a node of the cluster, with the image of this checkout. */
export function startNode(
  { state, archive }: Pick<ClusterFolder, 'state' | 'archive'>,
  name: string,
  index: number,
): void {
  run('bash', join(import.meta.dirname, 'node-up.sh'), state, name, String(index));
  const socket = join(state, name, 'containerd.sock');
  run('ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', archive);
}

/** Shown only where it fails. Daemons that a script starts keep its output open: files, not pipes. */
export function run(program: string, ...args: string[]): void {
  const log = join(tmpdir(), `ratchet-step-${process.pid}.log`);
  const output = openSync(log, 'w');
  const { status } = spawnSync(program, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const said = readFileSync(log, 'utf8');
  rmSync(log);
  if (status !== 0) throw new Error(`${program} ${args[0]} failed:\n${said.slice(-2000)}`);
}
