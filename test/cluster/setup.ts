import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { identifySelf, isAlive } from '../../store/process-identity.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import { root } from '../boundary/rooms.ts';
import { Cluster, NAMESPACE, waitFor } from './cluster.ts';
import { makeImage } from './make-image.mjs';
import { run, startNode } from './node.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterFolder;
  }
}

export interface ClusterFolder {
  kubeconfig: string;
  /** Of its daemons: their records, logs and sockets. */
  state: string;
  /** Everything of the tests, theirs to write. */
  folder: string;
  image: string;
  /** The image as a file, for nodes. */
  archive: string;
  temporal: string;
}

/** The pods and the sweeps that they belong to run as this user: neither may write what the other made else. */
export const USER = 1000;
const IMAGE = 'ratchet.local/ratchet:test';
const PREFIX = 'ratchet-cluster-';
const OWNER = 'owner.json';

/** Starts control plane and node, and gives the node an image of this checkout. */
export async function setup(project: TestProject): Promise<() => void> {
  endLeftovers();
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(folder, OWNER), JSON.stringify(identifySelf()));
  const state = join(folder, 'cluster');
  const archive = join(folder, 'image.tar');
  const say = step();
  const end = (): void => endCluster(folder);
  try {
    run('bash', join(import.meta.dirname, 'control-plane-up.sh'), state);
    const kubeconfig = join(state, 'kubeconfig');
    await makeNamespace(new Cluster(kubeconfig));
    say('control plane');
    buildImage(join(folder, 'rootfs'), archive);
    say('image');
    startNode({ state, archive }, 'n1', 0);
    say('node');
    for (const file of [folder, state, kubeconfig]) chmodSync(file, 0o755);
    const own = join(folder, 'own');
    mkdirSync(own);
    chownSync(own, USER, USER);
    const temporal = join(folder, 'temporal');
    copyFileSync(await obtainTemporal((line) => process.stdout.write(`${line}\n`)), temporal);
    project.provide('cluster', { kubeconfig, state, folder: own, image: IMAGE, archive, temporal });
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

function endCluster(folder: string): void {
  const state = join(folder, 'cluster');
  if (existsSync(join(state, 'pids'))) run('bash', join(import.meta.dirname, 'down.sh'), state);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** What runs left that were killed: their kubelets would be in the way of ours. */
function endLeftovers(): void {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    const owner = join(folder, OWNER);
    if (!existsSync(owner)) continue;
    if (!isAlive(JSON.parse(readFileSync(owner, 'utf8')) as Parameters<typeof isAlive>[0]))
      endCluster(folder);
  }
}

/** The strictest of the Pod Security Standards: the API server itself refuses what does not keep to it. */
async function makeNamespace({ core }: Cluster): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await core.createNamespace({ body: { metadata: { name: NAMESPACE, labels } } });
  // Without it no pod is admitted.
  await waitFor(() => core.readNamespacedServiceAccount({ name: 'default', namespace: NAMESPACE }));
}

/** Node with its libraries, and the bundles of carrier and learner: nothing else is in it, no shell either. */
function buildImage(rootfs: string, archive: string): void {
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
  makeImage({ name: IMAGE, root: rootfs, archive, workingFolder: '/app' });
  rmSync(rootfs, { recursive: true });
}

function step(): (what: string) => void {
  let since = performance.now();
  return (what) => {
    const now = performance.now();
    process.stdout.write(`${what} up in ${((now - since) / 1000).toFixed(1)} s\n`);
    since = now;
  };
}
