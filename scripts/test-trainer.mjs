// `npm run test:trainer`: the Python trainer. Sets up its environment from the lock file (a download of about 3 GB the first
// time, kept in ~/.cache/ratchet/trainer), checks style and types, runs its tests on the processor, runs
// examples/tiny-llama.yaml by QLoRA under one condition, undisturbed and killed at random steps, and puts the trainer through
// its protocol. `npm run test:trainer -- --full` runs the example as it is too, and the engine vllm by vLLM for processors, in
// an environment of its own (as large again). Other arguments go to pytest (`npm run test:trainer --
// tests/test_rendering.py`), and then only its own tests run.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { main, run, setUp, step } from './setup.mjs';

const CACHE = join(homedir(), '.cache', 'ratchet', 'trainer');
const ENVIRONMENT = join(CACHE, 'environment');
const VLLM_ENVIRONMENT = join(CACHE, 'vllm-cpu');
const PYTHON = '3.11';
/** One thread: sums then have one order, whatever the machine. */
process.env.OMP_NUM_THREADS = '1';

await main(async () => {
  const python = ['python3.11', 'python3'].find((name) => versionOf(name) === PYTHON);
  if (!python) {
    console.log(`skipped: the trainer needs Python ${PYTHON}`);
    return 0;
  }
  const full = process.argv.includes('--full');
  await step('Setting up the trainer (some minutes the first time)', () => {
    const uv = obtainUv(python);
    for (const project of ['trainer', 'trainer/vllm-cuda', 'trainer/vllm-cpu'])
      must(uv, 'lock', '--check', '--quiet', '--project', project, '--python', python);
    obtainEnvironment(uv, python, 'trainer', ENVIRONMENT);
    if (full) obtainEnvironment(uv, python, 'trainer/vllm-cpu', VLLM_ENVIRONMENT);
  });
  const given = process.argv.slice(2).filter((argument) => argument !== '--full');
  if (full) {
    process.env.RATCHET_TRAINER_FULL = 'yes';
    process.env.RATCHET_VLLM_PYTHON = join(VLLM_ENVIRONMENT, 'bin', 'python');
  }
  if (given.length > 0) return runTests(given);
  await step('Checking style and types', () => {
    must(tool('ruff'), 'check', '--quiet', 'trainer', 'bench/gpu');
    must(tool('ruff'), 'format', '--check', '--quiet', 'trainer', 'bench/gpu');
    must(tool('pyright'), '--project', 'trainer', '--pythonpath', tool('python'));
  });
  await setUp();
  process.env.PATH = [join(ENVIRONMENT, 'bin'), process.env.PATH].join(delimiter);
  const beside = checkBeside();
  const tests = await step('Testing the trainer (about five minutes)', () => runTests([]));
  const rest = await step(
    'Its protocol, and sweeps of a tiny language model, begun beside',
    () => beside,
  );
  return tests || rest;
});

/** One trainer at a time, beside the tests; what is said is shown when all has ended. Resolves with an exit code. */
async function checkBeside() {
  const log = join(CACHE, `check-${process.pid}.log`);
  const output = openSync(log, 'w');
  const hyperparameters = JSON.stringify({ recipe: 'tiny', epochs: 8, dropout: 0.1 });
  const options = ['--hyperparameters', hyperparameters, '--dialogues', '4'];
  const check = ['bin/ratchet.js', 'trainer', 'check', ...options, '--', tool('ratchet-trainer')];
  const sweeps = ['run', '--config', 'test/trainer/vitest.config.ts'];
  const checked = await start(process.execPath, check, output);
  const swept = await start('node_modules/.bin/vitest', sweeps, output);
  closeSync(output);
  console.log(readFileSync(log, 'utf8'));
  rmSync(log);
  return checked || swept;
}

/** Resolves with its exit code. */
function start(command, args, output) {
  const child = spawn(command, args, { stdio: ['ignore', output, output] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function runTests(given) {
  const files = given.length > 0 ? given.map((one) => join('trainer', one)) : ['trainer/tests'];
  return start(
    tool('python'),
    ['-m', 'pytest', '-q', '-rs', '--rootdir', 'trainer', ...files],
    'inherit',
  );
}

function tool(name) {
  return join(ENVIRONMENT, 'bin', name);
}

function versionOf(python) {
  const script = 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")';
  return spawnSync(python, ['-c', script], { encoding: 'utf8' }).stdout?.trim();
}

/** On PATH, else from PyPI once. */
function obtainUv(python) {
  if (spawnSync('uv', ['--version']).status === 0) return 'uv';
  const own = join(CACHE, 'uv', 'bin', 'uv');
  if (existsSync(own)) return own;
  must(python, '-m', 'venv', join(CACHE, 'uv'));
  must(join(CACHE, 'uv', 'bin', 'pip'), 'install', '--quiet', 'uv==0.13.9');
  return own;
}

/** What the lock file of a project names, no more and no less. */
function obtainEnvironment(uv, python, project, folder) {
  process.env.UV_PROJECT_ENVIRONMENT = folder;
  must(uv, 'sync', '--frozen', '--quiet', '--project', project, '--python', python);
}

function must(command, ...args) {
  if (run(command, ...args) !== 0) throw new Error(`${[command, ...args].join(' ')} failed`);
}
