// Examples trained and predictions made a second by the built-in learner, on one block of the built-in suite.
// Usage, after `npm run build`: node bench/learner-throughput.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderTools } from '../dist/data/data-file.js';
import { renderHeldOut } from '../dist/data/held-out.js';
import { openSuite } from '../dist/data/open-suite.js';
import { renderTraining } from '../dist/data/training.js';
import { BUILTIN_PRESETS } from '../dist/spec/builtin-presets.js';

const EPOCHS = 6;
const ROUNDS = 5;
const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
const suite = openSuite({ kind: 'builtin', ...BUILTIN_PRESETS.default });
const [domain] = suite.domains;
const rendering = {
  condition: { trace: { train: 'keep', eval: 'keep' }, replay: 0 },
  seeds: { data: 0, draws: 0 },
};
const train = renderTraining(suite, { ...rendering, path: [[domain]] }).bytes;
const prompts = renderHeldOut(suite, { ...rendering, domain }).prompts.bytes;
const files = { 'tools.json': renderTools(suite), 'train.jsonl': train, 'prompts.jsonl': prompts };
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(home, name), bytes);
const countLines = (bytes) => new TextDecoder().decode(bytes).trim().split('\n').length;

/** CPU seconds of one process, start included. */
function measure(name, job) {
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  const base = {
    protocol: 1,
    key: 'bench',
    hyperparameters: { epochs: EPOCHS },
    tools: '../tools.json',
  };
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...base, ...job }));
  // The child's own report: resource usage of all children would add up.
  const script = join(root, 'dist/learner.mjs');
  const timed = `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1e6)); }); process.argv[2] = ${JSON.stringify(folder)}; await import(${JSON.stringify(`file://${script}`)});`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', timed, 'x'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return Number(stdout);
}

const median = (values) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const rounds = (name, job) =>
  median(Array.from({ length: ROUNDS }, (_, at) => measure(`${name}-${at}`, job)));

const seeds = { order: 0, initialisation: 0 };
const training = rounds('train', {
  stage: 'train',
  parent: null,
  data: '../train.jsonl',
  seeds,
  resume: null,
  checkpointEvery: 1e6,
});
const generating = rounds('generate', {
  stage: 'generate',
  weights: '../train-0/weights',
  prompts: [{ name: domain, file: '../prompts.jsonl' }],
  decoding: { temperature: 0, seed: 0 },
});
const counting = rounds('count', {
  stage: 'count',
  sizes: false,
  data: [{ name: domain, file: '../train.jsonl' }],
});
const result = {
  machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`,
  examplesTrainedPerCpuSecond: (EPOCHS * countLines(train)) / training,
  predictionsPerCpuSecond: countLines(prompts) / generating,
  cpuSeconds: { training, generating, counting },
  weightsBytes: statSync(join(home, 'train-0/weights/weights.bin')).size,
};
rmSync(home, { recursive: true });
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
