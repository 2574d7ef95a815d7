// What orchestration costs a step: Ratchet beside other engines on the same sweep of no-ops, N runs of 22 steps each. Engines
// take turns, so that whatever else the machine does hits them alike; each measurement starts from an empty state. Linux only.
// Usage, after `npm run build`: node bench/orchestration.mjs [--peers <folder of scripts>] [--work <folder>]
//   [--engines ratchet,dbos] [--sizes 8,32] [--repetitions 3] [--results bench/results/orchestration.json]
// Measurements are added to those that the results hold (bench/tabulate.mjs shows them); without --peers only Ratchet runs.
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { obtainTemporal } from '../dist/worker/temporal-binary.js';
import { driveEngine, ENGINES, installPeer, startEngine, versionOf } from './engines.mjs';
import { cpuOfMachine, cpuOfReaped, cpuOfTree } from './processes.mjs';

const STEPS = 22;
const LIMIT = 580_000; // Milliseconds for one measurement.

const { values: options } = parseArgs({
  options: {
    peers: { type: 'string' },
    work: { type: 'string' },
    engines: { type: 'string', default: ENGINES.map(({ name }) => name).join() },
    sizes: { type: 'string', default: '8,32' },
    repetitions: { type: 'string', default: '3' },
    results: {
      type: 'string',
      default: join(import.meta.dirname, 'results', 'orchestration.json'),
    },
  },
});
const work = resolve(options.work ?? mkdtempSync(join(tmpdir(), 'ratchet-bench-peers-')));
const temporal = await obtainTemporal((line) => process.stderr.write(`${line}\n`));
const wanted = options.engines.split(',');
const engines = ENGINES.filter(
  ({ name, peer }) => wanted.includes(name) && (!peer || options.peers),
);
for (const engine of engines.filter(({ peer }) => peer))
  installPeer(engine, options.peers, work, temporal);

const results = readResults();
results.machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`;
for (const engine of engines.filter(({ peer }) => peer))
  results.versions[engine.package] = versionOf(engine, work);
for (let repetition = 0; repetition < Number(options.repetitions); repetition++)
  for (const runs of options.sizes.split(',').map(Number))
    for (const engine of engines) {
      results.measurements.push(await measure(engine, runs));
      mkdirSync(dirname(options.results), { recursive: true });
      writeFileSync(options.results, `${JSON.stringify(results, null, 2)}\n`);
    }
if (!options.work) rmSync(work, { recursive: true });

function readResults() {
  if (existsSync(options.results)) return JSON.parse(readFileSync(options.results, 'utf8'));
  return { machine: '', versions: {}, measurements: [] };
}

async function measure(engine, runs) {
  const state = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  const log = join(state, 'steps.log');
  const server = await startEngine(engine, { work, state, temporal });
  try {
    const before = { ...readCpu(server), at: performance.now() };
    const drive = driveEngine(engine, { work, state, runs, log });
    const timer = setTimeout(() => killGroup(drive), LIMIT);
    const [code] = await once(drive, 'exit');
    clearTimeout(timer);
    const seconds = (performance.now() - before.at) / 1000;
    const after = readCpu(server);
    const serverSeconds = after.server - before.server;
    const cpuSeconds = after.driver - before.driver + serverSeconds;
    const others = after.machine - before.machine - cpuSeconds;
    if (code !== 0 || !isComplete(engine, log, runs))
      throw new Error(
        `${engine.name} did not finish ${runs} runs (exit ${code}):\n${tailOf(state)}`,
      );
    const each = 1000 / (runs * STEPS);
    const measurement = {
      engine: engine.name,
      runs,
      at: new Date().toISOString(),
      seconds: round(seconds),
      msPerStep: round(each * seconds),
      cpuMsPerStep: round(each * cpuSeconds),
      cpuMsOfServer: round(each * serverSeconds),
      coresOfOthers: round(Math.max(0, others) / seconds),
    };
    process.stderr.write(`${JSON.stringify(measurement)}\n`);
    return measurement;
  } finally {
    await end(server, engine);
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What drivers used is known once they have ended; what a server uses, at any time. */
function readCpu(server) {
  return {
    driver: cpuOfReaped(),
    server: server ? cpuOfTree(server.pid) : 0,
    machine: cpuOfMachine(),
  };
}

/** Ratchet's driver checks itself; peers note the end of each step. */
function isComplete(engine, log, runs) {
  if (!engine.peer) return true;
  const ends = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('E'));
  return new Set(ends.map((line) => line.split(/\s+/).slice(1, 5).join(' '))).size === runs * STEPS;
}

async function end(server, engine) {
  if (!server || server.exitCode !== null) return;
  const ended = once(server, 'exit');
  if (engine.embedded) server.kill('SIGKILL');
  else killGroup(server);
  await ended;
}

function killGroup({ pid }) {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

function tailOf(state) {
  return readFileSync(join(state, 'drive.log'), 'utf8').slice(-2000);
}

function round(value) {
  return Number(value.toFixed(2));
}
