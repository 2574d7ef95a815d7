// A sweep of N runs of four blocks on a Kubernetes cluster in which nothing but the work is faked: a real API server, scheduler and
// controllers, a real Temporal, and `ratchet worker`. kwok plays the nodes,
// scale/carriers.mjs the carriers, and trainers do nothing. Ends with an error where a bound is broken. Linux only.
// Usage, after `npm run build`: node bench/scale.mjs [N...] (default: 1000). Needs kwok (go install sigs.k8s.io/kwok/cmd/kwok@v0.8.0)
// and kubecp (test/cluster/build.sh) in ~/.cache/ratchet/bin. Figures are added to bench/results/scale.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadSweep } from '../dist/cli/load-sweep.js';
import { startSweep, storePlan } from '../dist/cli/submit-sweep.js';
import { checkInvariants } from '../dist/store/check-invariants.js';
import { openStore } from '../dist/store/open-store.js';
import { isAnswering, startServer } from '../dist/worker/embedded-server.js';
import { openHome } from '../dist/worker/home.js';
import { obtainTemporal } from '../dist/worker/temporal-binary.js';
import { cpuOf } from './processes.mjs';
import { findFreePort, startCluster } from './scale/cluster.mjs';
import { countRequests, measureHistories, watchMemory } from './scale/measure.mjs';

const RUNS_AT_ONCE = 100;
const BLOCKS = 4;
/** Temporal ends a workflow at five times the size at which this fails. */
const LIMITS = { events: 51_200, bytes: 50 * 1024 ** 2 };
const BOUNDS = {
  'requests a Job': 12,
  'MiB of the worker': 1024,
  'events of a history': LIMITS.events / 10,
  'bytes of a history': LIMITS.bytes / 10,
};

const SAY = 30_000;
const RESULTS = join(import.meta.dirname, 'results', 'scale.json');
const RATCHET = join(import.meta.dirname, '..', 'bin', 'ratchet.js');
const sizes = process.argv.slice(2).map(Number);

for (const runs of sizes.length > 0 ? sizes : [1000]) {
  const measured = await measure(runs);
  process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  const all = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : [];
  writeFileSync(RESULTS, `${JSON.stringify([...all, measured], null, 2)}\n`);
  check(measured);
}

async function measure(runs) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-scale-'));
  const cluster = await startCluster(join(folder, 'cluster'), 2 * RUNS_AT_ONCE);
  const { address, stop } = await startTemporal(folder);
  const client = new Client({ connection: await Connection.connect({ address }) });
  const clients = {
    TEMPORAL_ADDRESS: address,
    RATCHET_HOME: join(folder, 'home'),
    RATCHET_HTTP_PORT: String(await findFreePort()),
  };
  const { kubeconfigOf } = cluster;
  const carriers = start(folder, 'carriers', kubeconfigOf('carriers'), {}, [
    join(import.meta.dirname, 'scale', 'carriers.mjs'),
    join(folder, 'work'),
  ]);
  const worker = start(folder, 'worker', kubeconfigOf('worker'), clients, [RATCHET, 'worker']);
  try {
    const since = performance.now();
    const stopWatching = watchMemory(worker.pid);
    await Promise.race([runSweep(client, folder, runs), dies(worker), dies(carriers)]);
    const seconds = (performance.now() - since) / 1000;
    const memory = stopWatching();
    const cpuSeconds = { worker: cpuOf(worker.pid), carriers: cpuOf(carriers.pid) };
    const left = (await cluster.core.listNamespacedPod({ namespace: 'default' })).items.length;
    await end(worker);
    const history = await measureHistories(client);
    const requests = await countRequests(cluster.audit, 'worker');
    const violations = await checkInvariants(await openStore(storeOf(folder)));
    return {
      at: new Date().toISOString(),
      machine: `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}`,
      runs,
      runsAtOnce: Math.min(runs, RUNS_AT_ONCE),
      seconds,
      memory,
      cpuSeconds,
      requests,
      history,
      left,
      violations,
    };
  } finally {
    await end(worker);
    await end(carriers);
    await client.connection.close();
    await stop();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startTemporal(folder) {
  const home = openHome(join(folder, 'home'));
  const ports = { server: await findFreePort(), ui: await findFreePort() };
  const binary = await obtainTemporal((line) => process.stderr.write(`${line}\n`));
  const server = startServer(binary, home, ports);
  if (!(await isAnswering(server, ports.server))) throw new Error('Temporal does not start');
  return { address: `127.0.0.1:${ports.server}`, stop: () => end(server) };
}

function start(folder, name, kubeconfig, env, args) {
  const log = openSync(join(folder, `${name}.log`), 'a');
  return spawn(process.execPath, args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env, KUBECONFIG: kubeconfig },
  });
}

/** Never resolves. */
async function dies(child) {
  await once(child, 'exit');
  throw new Error(`${child.spawnargs.join(' ')} ended too soon`);
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Submits the sweep as `ratchet run` does, which would bring a worker of its own, and waits for its end. */
async function runSweep(client, folder, runs) {
  const file = join(folder, 'sweep.json');
  writeFileSync(file, JSON.stringify(specOf(folder, runs)));
  const loaded = await loadSweep(file, openHome(join(folder, 'home')));
  await startSweep(client, loaded, await storePlan(loaded));
  const handle = client.workflow.getHandle(loaded.plan.sweep);
  const timer = setInterval(async () => say(await handle.query('progress').catch(() => null)), SAY);
  const { state, ended } = await handle.result();
  clearInterval(timer);
  if (state !== 'done' || ended.blocksTrained !== BLOCKS * runs)
    throw new Error(`the sweep is not complete: ${state} ${JSON.stringify(ended)}`);
}

function say(progress) {
  const { ended, running } = progress ?? {};
  if (ended) process.stderr.write(`${ended.lineages} runs done, ${running.length} running\n`);
}

function specOf(folder, runs) {
  return {
    version: 'ratchet/v1',
    name: 'scale',
    suite: {
      kind: 'builtin',
      dialoguesPerDomain: { train: 1, heldOut: 1 },
      chainLength: { min: 1, max: 1 },
    },
    stream: { domains: ['travel', 'banking', 'library', 'clinic'] },
    conditions: { keep: { trace: 'keep' } },
    seeds: runs,
    parallelism: RUNS_AT_ONCE,
    compute: { kind: 'kubernetes', namespace: 'default', image: 'nothing', gpus: 1, cpus: '1' },
    store: storeOf(folder),
  };
}

function storeOf(folder) {
  return `file://${join(folder, 'store')}`;
}

function check({ runs, requests, memory, history, left, violations }) {
  const jobs = requests['create jobs'];
  const all = Object.values(requests).reduce((sum, count) => sum + count, 0);
  const measured = {
    'requests a Job': all / jobs,
    'MiB of the worker': memory.most,
    'events of a history': history.events,
    'bytes of a history': history.bytes,
  };
  const broken = Object.entries(BOUNDS).filter(([name, bound]) => !(measured[name] <= bound));
  const said = broken.map(([name, bound]) => `${measured[name]} ${name}, not ${bound} at most`);
  if (jobs < 2 * BLOCKS * runs) said.push(`${jobs} Jobs are too few`);
  if (left > 0) said.push(`${left} pods are left behind`);
  if (violations.length > 0) said.push(JSON.stringify(violations.slice(0, 5)));
  if (said.length > 0) throw new Error(said.join('\n'));
  process.stdout.write(`within bounds: ${JSON.stringify(measured)}\n`);
}
