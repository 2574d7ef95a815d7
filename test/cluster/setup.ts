import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import { root } from '../boundary/rooms.ts';
import { makeImage } from './make-image.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterFolder;
  }
}

export interface ClusterFolder {
  kubeconfig: string;
  /** Everything of the tests, theirs to write. */
  folder: string;
  image: string;
  temporal: string;
}

/** The pods and the sweeps that they belong to run as this user: neither may write what the other made else. */
export const USER = 1000;
const IMAGE = 'ratchet.local/ratchet:test';

/** Starts control plane and node, and gives the node an image of this checkout. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-cluster-'));
  const cluster = join(folder, 'cluster');
  const say = step();
  const end = (): void => {
    script('down.sh', cluster);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    script('control-plane-up.sh', cluster);
    say('control plane');
    script('node-up.sh', cluster);
    say('node');
    importImage(folder, join(cluster, 'node', 'containerd.sock'));
    say('image');
    const kubeconfig = join(cluster, 'kubeconfig');
    for (const file of [folder, cluster, kubeconfig]) chmodSync(file, 0o755);
    const own = join(folder, 'own');
    mkdirSync(own);
    chownSync(own, USER, USER);
    const temporal = join(folder, 'temporal');
    copyFileSync(await obtainTemporal((line) => process.stdout.write(`${line}\n`)), temporal);
    project.provide('cluster', { kubeconfig, folder: own, image: IMAGE, temporal });
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

/** Node with its libraries, and the bundles of carrier and learner: nothing else is in it, no shell either. */
function importImage(folder: string, socket: string): void {
  const rootfs = join(folder, 'rootfs');
  const put = (from: string, to: string): void => {
    mkdirSync(join(rootfs, dirname(to)), { recursive: true });
    copyFileSync(from, join(rootfs, to));
  };
  const node = realpathSync(process.execPath);
  put(node, 'usr/bin/node');
  for (const [library] of execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/\/\S+/g))
    put(realpathSync(library), library);
  for (const name of ['carrier.mjs', 'learner.mjs', 'identities.json'])
    put(join(root, 'dist', name), join('app', 'dist', name));
  put(join(root, 'test', 'support', 'toy-trainer.mjs'), 'app/toy-trainer.mjs');
  const archive = join(folder, 'image.tar');
  makeImage({ name: IMAGE, root: rootfs, archive, workingFolder: '/app' });
  run('ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', archive);
  rmSync(rootfs, { recursive: true });
  rmSync(archive);
}

function script(name: string, ...args: string[]): void {
  run('bash', join(import.meta.dirname, name), ...args);
}

/** Shown only where it fails. Daemons that a script starts keep its output open: files, not pipes. */
function run(program: string, ...args: string[]): void {
  const log = join(tmpdir(), `ratchet-cluster-${process.pid}.log`);
  const output = openSync(log, 'w');
  const { status } = spawnSync(program, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const said = readFileSync(log, 'utf8');
  rmSync(log);
  if (status !== 0) throw new Error(`${program} ${args[0]} failed:\n${said.slice(-2000)}`);
}

function step(): (what: string) => void {
  let since = performance.now();
  return (what) => {
    const now = performance.now();
    process.stdout.write(`${what} up in ${((now - since) / 1000).toFixed(1)} s\n`);
    since = now;
  };
}
