// The engines that bench/orchestration.mjs compares: how each one's server is started, and the command that drives N runs.
// Peers are folders of scripts (start.sh, ready.sh, drive.sh, requirements.txt) that are copied, installed and called.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAnswering, SERVER_SETTINGS, startServer } from '../dist/worker/embedded-server.js';
import { openHome } from '../dist/worker/home.js';

/** Where the scripts of the Temporal peer expect its server. */
const PORTS = { server: 18233, ui: 18236 };
const EAGER = [...SERVER_SETTINGS, 'system.enableActivityEagerExecution=true'];

/** Name, the peer's folder (Ratchet: none), and the settings of the embedded server where that is what it runs on. */
export const ENGINES = [
  { name: 'ratchet', embedded: SERVER_SETTINGS },
  { name: 'ratchet-eager', embedded: EAGER },
  { name: 'temporal', peer: 'temporal', package: 'temporalio', embedded: SERVER_SETTINGS },
  { name: 'temporal-defaults', peer: 'temporal', package: 'temporalio' },
  { name: 'dbos', peer: 'dbos', package: 'dbos' },
  { name: 'restate', peer: 'restate', package: 'restate-sdk' },
  { name: 'luigi', peer: 'luigi', package: 'luigi' },
  { name: 'dagster', peer: 'dagster', package: 'dagster' },
  { name: 'prefect', peer: 'prefect', package: 'prefect' },
  { name: 'metaflow', peer: 'metaflow', package: 'metaflow' },
];

/** Copies a peer's scripts to the working folder, where they find each other, and installs what they need once. */
export function installPeer({ peer }, scripts, work, temporal) {
  for (const part of ['common', peer]) {
    cpSync(join(scripts, part), join(work, part), { recursive: true });
    for (const file of readdirSync(join(work, part)).filter((name) => /\.(sh|py)$/.test(name)))
      replaceIn(join(work, part, file), 'PEERS_DIR', work);
  }
  mkdirSync(join(work, 'bin'), { recursive: true });
  cpSync(temporal, join(work, 'bin', 'temporal'));
  const folder = join(work, peer);
  const done = join(folder, 'installed');
  if (existsSync(done)) return;
  const run = (command, ...args) =>
    execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', '.venv');
  run(join('.venv', 'bin', 'pip'), 'install', '--quiet', '--requirement', 'requirements.txt');
  if (existsSync(join(folder, 'package.json'))) run('npm', 'install', '--no-audit', '--no-fund');
  writeFileSync(done, '');
}

/** As pinned by the peer's requirements. */
export function versionOf(engine, work) {
  const pins = readFileSync(join(work, engine.peer, 'requirements.txt'), 'utf8');
  return new RegExp(`^${engine.package}==(.*)$`, 'm').exec(pins)?.[1];
}

/** The server's process, once it answers; undefined for engines without one. */
export async function startEngine(engine, { work, state, temporal }) {
  if (engine.embedded) {
    const server = startServer(temporal, openHome(state), PORTS, engine.embedded);
    if (!(await isAnswering(server, PORTS.server))) throw new Error('the server ended');
    return server;
  }
  const folder = join(work, engine.peer);
  const script = join(folder, 'start.sh');
  if (!existsSync(script)) return undefined;
  const env = environmentOf(engine, { work, state });
  const server = spawn('bash', [script], { env, stdio: 'ignore', detached: true });
  const isReady = () =>
    spawnSync('bash', [join(folder, 'ready.sh')], { env, stdio: 'ignore' }).status === 0;
  while (!isReady()) await delay(100);
  return server;
}

/** A process that ends with the last of N runs; what it says goes to `drive.log`. */
export function driveEngine(engine, { work, state, runs, log }) {
  const [command, ...args] = engine.peer
    ? ['bash', join(work, engine.peer, 'drive.sh')]
    : [process.execPath, join(import.meta.dirname, 'noop-sweep.mjs'), String(runs)];
  const env = { ...environmentOf(engine, { work, state }), N: String(runs), PEERS_LOG: log };
  const output = openSync(join(state, 'drive.log'), 'a');
  const drive = spawn(command, args, { env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  return drive;
}

function environmentOf({ peer }, { work, state }) {
  const address = `127.0.0.1:${PORTS.server}`;
  if (!peer) return { ...process.env, RATCHET_HOME: state, TEMPORAL_ADDRESS: address };
  const path = `${join(work, peer, '.venv', 'bin')}:${process.env.PATH}`;
  return {
    ...process.env,
    STATE: state,
    HOME: state,
    PYTHONPATH: join(work, 'common'),
    PATH: path,
  };
}

function replaceIn(file, text, by) {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(text, by));
}
