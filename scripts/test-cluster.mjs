// `npm run test:cluster`: real pods. Brings up etcd, an API server, a controller manager, a scheduler, containerd and a
// kubelet with two fake GPUs on this machine, runs test/cluster in it, and takes everything down again. Arguments go to
// vitest (`npm run test:cluster -- example`). The Kubernetes binaries are built once with Go (about 16 minutes of one
// processor) and kept in ~/.cache/ratchet/bin.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main, run, setUp, step } from './setup.mjs';

const BINARIES = process.env.BIN ?? join(homedir(), '.cache', 'ratchet', 'bin');
const PROGRAMS = ['containerd', 'ctr', 'runc', 'ip', 'iptables', 'gcc', 'curl', 'openssl', 'bc'];
const PLUGINS = '/usr/lib/cni/bridge';

await main(async () => {
  const lacking = findLacking();
  if (lacking) {
    console.log(`skipped: the cluster tests need ${lacking}`);
    return 0;
  }
  await setUp();
  if (!isBuilt())
    await step('Building Kubernetes (about 16 minutes of one processor, once)', () => {
      if (run('bash', 'test/cluster/build.sh') !== 0) throw new Error('Kubernetes cannot be built');
    });
  const config = ['--config', 'test/cluster/vitest.config.ts'];
  return step('Testing in a cluster (about 7 minutes)', () =>
    run('node_modules/.bin/vitest', 'run', ...config, ...process.argv.slice(2)),
  );
});

function isBuilt() {
  return ['kubecp', 'kubenode'].every((name) => existsSync(join(BINARIES, name)));
}

/** What is missing on this machine, in words; undefined: nothing. */
function findLacking() {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid() !== 0) return 'root: a kubelet starts containers';
  const missing = PROGRAMS.filter((name) => spawnSync('which', [name]).status !== 0);
  if (!existsSync(PLUGINS)) missing.push('the CNI plugins');
  if (missing.length > 0)
    return `${missing.join(', ')}: apt-get install containerd runc containernetworking-plugins iptables iproute2 gcc curl openssl bc`;
  if (!isBuilt() && spawnSync('which', ['go']).status !== 0) return 'Go, to build Kubernetes once';
  return undefined;
}
