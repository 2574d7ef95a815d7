// `npm run test:cluster`: real pods. Brings up etcd, an API server, a controller manager, a scheduler, containerd and a
// kubelet with two fake GPUs on this machine, and an S3 server; runs test/cluster in it, and takes everything down again.
// `npm run test:cluster -- --full` runs test/cluster/full too (nodes that are lost, outages of half a minute) and writes what
// fired and how it ended to docs/cluster-matrix.md. Other arguments go to vitest (`npm run test:cluster -- example`). The
// Kubernetes binaries are built once with Go (about 16 minutes of one processor) and kept in ~/.cache/ratchet/bin until what
// they are built from changes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main, run, setUp, step } from './setup.mjs';

const BINARIES = process.env.BIN ?? join(homedir(), '.cache', 'ratchet', 'bin');
const PROGRAMS = ['containerd', 'ctr', 'runc', 'ip', 'iptables', 'gcc', 'curl', 'openssl', 'bc'];
const PLUGINS = '/usr/lib/cni/bridge';
/** Below test/cluster: what the Kubernetes binaries are made of. */
const MADE_OF = ['build.sh', 'cmd', 'go.mod', 'go.sum'];

await main(async () => {
  const lacking = findLacking();
  if (lacking) {
    console.log(`skipped: the cluster tests need ${lacking}`);
    return 0;
  }
  await setUp();
  const key = digestOf(MADE_OF.map((name) => join('test', 'cluster', name)));
  if (!isBuilt(key))
    await step('Building Kubernetes (about 16 minutes of one processor, once)', () => {
      if (run('bash', 'test/cluster/build.sh', key) !== 0)
        throw new Error('Kubernetes cannot be built');
    });
  const given = process.argv.slice(2);
  const full = given.includes('--full');
  if (full) process.env.RATCHET_CLUSTER_FULL = 'yes';
  const others = given.filter((argument) => argument !== '--full');
  const config = ['--config', 'test/cluster/vitest.config.ts'];
  return step(`Testing in a cluster (about ${full ? 25 : 10} minutes)`, () =>
    run('node_modules/.bin/vitest', 'run', ...config, ...others),
  );
});

function isBuilt(key) {
  const file = join(BINARIES, 'cluster.key');
  return (
    ['kubecp', 'kubenode'].every((name) => existsSync(join(BINARIES, name))) &&
    existsSync(file) &&
    readFileSync(file, 'utf8').trim() === key
  );
}

/** Of files and of what is in folders, names included. */
function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const names = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true }).map((name) => join(path, name))
      : [path];
    for (const name of names.toSorted())
      if (statSync(name).isFile()) hash.update(name).update('\0').update(readFileSync(name));
  }
  return hash.digest('hex');
}

/** What is missing on this machine, in words; undefined: nothing. */
function findLacking() {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid() !== 0) return 'root: a kubelet starts containers';
  const missing = PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
  if (!existsSync(PLUGINS)) missing.push('the CNI plugins');
  if (missing.length > 0)
    return `${missing.join(', ')}: apt-get install containerd runc containernetworking-plugins iptables iproute2 gcc libc6-dev curl openssl bc`;
  // An S3 server and, once, Kubernetes are built with it.
  if (spawnSync('which', ['go']).status !== 0) return 'Go';
  return undefined;
}
