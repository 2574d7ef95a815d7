// CPU seconds a GiB for uploading and downloading one file: this store, the AWS CLI and the AWS SDK for Go, in one run against
// one versitygw on loopback. Wall times there say little: the server shares the cores.
// Usage, after `npm run build`: node bench/store.mjs [MiB]. Needs versitygw where the tests keep it, or VERSITYGW_BIN; the CLI
// (AWS_BIN or on PATH) and Go are measured where they are found.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from '../dist/worker/home.js';
import { cpuOfReaped } from './processes.mjs';

const MIB = 1024 * 1024;
const PORT = 17_070;
const ROUNDS = 3;
const size = Number(process.argv[2] ?? 1024);
const scratch = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
const at = (name) => join(scratch, name);
const file = at('file');
const copy = at('copy');
process.env.AWS_ACCESS_KEY_ID = 'bench';
process.env.AWS_SECRET_ACCESS_KEY = 'bench-bench';
process.env.AWS_REGION = 'us-east-1';
process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${PORT}`;

/** Each client's commands for one upload, which answers with a name, and for one download of it. */
const ours = [process.execPath, join(import.meta.dirname, 'store-client.mjs')];
const go = at('store-go');
const CLIENTS = {
  'Ratchet, one SHA-256 for checksum and signature, blobs verified': {
    put: () => run(...ours, 'put', 's3://bench/ratchet', file).trim(),
    get: (sha256) => run(...ours, 'get', 's3://bench/ratchet', copy, sha256),
  },
  'AWS SDK for Go, transfer manager, 16 MiB x 4': buildGo() && {
    put: () => run(go, 'put', 'bench', 'go', file),
    get: () => run(go, 'get', 'bench', 'go', copy),
  },
  'aws s3 cp, defaults': findAws() && {
    put: () => run(findAws(), 's3', 'cp', '--no-progress', file, 's3://bench/cli'),
    get: () => run(findAws(), 's3', 'cp', '--no-progress', 's3://bench/cli', copy),
  },
};

const server = await startServer();
try {
  print(`${size} MiB, median of ${ROUNDS}; ${cpus().length} cores (${cpus()[0].model.trim()})`);
  const measured = Object.fromEntries(Object.keys(CLIENTS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    writeRandom();
    for (const [name, client] of Object.entries(CLIENTS)) {
      if (!client) continue;
      const [put, stored] = measure(client.put);
      const [get] = measure(() => client.get(stored));
      if (spawnSync('cmp', [file, copy]).status !== 0) throw new Error(`${name} changed the file`);
      measured[name].push({ put, get });
      rmSync(copy);
    }
    rmSync(at('root/bench'), { recursive: true });
    mkdirSync(at('root/bench'));
  }
  print('| client | upload | download |\n|---|---|---|');
  for (const [name, rounds] of Object.entries(measured)) {
    const [put, get] = ['put', 'get'].map((verb) => median(rounds.map((one) => one[verb])));
    print(`| ${name} | ${put} | ${get} |`);
  }
} finally {
  server.kill();
  rmSync(scratch, { recursive: true, force: true });
}

async function startServer() {
  const binary =
    process.env.VERSITYGW_BIN ?? join(cacheFolder(), 'versitygw', '1.8.0', 'versitygw');
  mkdirSync(at('root/bench'), { recursive: true });
  const args = ['--port', `127.0.0.1:${PORT}`, '--quiet', '--keep-alive', 'posix', at('root')];
  const env = { ROOT_ACCESS_KEY: 'bench', ROOT_SECRET_KEY: 'bench-bench' };
  const child = spawn(binary, args, { env, stdio: 'ignore' });
  for (let up = false; !up; await delay(50))
    up = await fetch(process.env.AWS_ENDPOINT_URL_S3).then(
      () => true,
      () => false,
    );
  return child;
}

/** Nothing can be compressed or skipped. */
function writeRandom() {
  const handle = openSync(file, 'w');
  for (let written = 0; written < size; written += 16) writeSync(handle, randomBytes(16 * MIB));
  closeSync(handle);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** CPU seconds a GiB of the process that `work` runs, its start included. */
function measure(work) {
  const before = cpuOfReaped();
  const result = work();
  return [((cpuOfReaped() - before) * 1024) / size, result];
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]?.toFixed(1) ?? 'not found';
}

function findAws() {
  const named = process.env.AWS_BIN ?? 'aws';
  return spawnSync(named, ['--version']).status === 0 && named;
}

function buildGo() {
  const cwd = join(import.meta.dirname, 'store-go');
  return spawnSync('go', ['build', '-o', go, '.'], { cwd }).status === 0;
}
