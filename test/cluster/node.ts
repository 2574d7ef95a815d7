import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterFolder } from './setup.ts';

/** Of two nodes each: clusters of different places live side by side on one machine. */
const PLACE = Number(process.env['RATCHET_CLUSTER_PLACE'] ?? 0);
/** The address of this machine under which pods of every node reach it. */
export const BRIDGE = `10.78.${2 * PLACE}.1`;

/** Starts containerd, a kubelet and two GPUs as a node (0 or 1) of the cluster, with the image of this checkout. */
export function startNode(
  { state, archive }: Pick<ClusterFolder, 'state' | 'archive'>,
  name: string,
  index: number,
): void {
  run('bash', join(import.meta.dirname, 'node-up.sh'), state, name, String(2 * PLACE + index));
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
