// A trainer for tests, with no learning in it: its weights are a hash chain over the examples in their order, so that any
// step lost, repeated or reordered changes every byte that follows. Hyperparameters: `epochs`; `fail` (it ends with exit 1
// on data with an example whose id begins so) `unless` (a file of that name exists); `refuse` (exit 78); `deaf` (it ignores
// SIGTERM); `hog` (so many MiB of memory it takes); `sick` (after its second checkpoint it says that its GPU is, where that is
// called so); `helper` (it starts a process that does not end on its own); `moods` (a file: once it exists, results are
// others); `tellsLoss` (it tells a loss on held-out targets); `warns` (what it warns of, twice a block); `mfu` (what it
// tells of it). In the environment, since it must not change keys: TOY_STEP_MS, how long a step takes; TOY_HOLD, a file: as long
// as it is there, every training waits in its middle; TOY_GPUS, a folder that stands for the machine's GPUs, where it notes
// which it uses, and fails where another process does.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const folder = process.argv[2];
const at = (...names) => join(folder, ...names);
const job = JSON.parse(readFileSync(at('job.json'), 'utf8'));
const hash = (...parts) =>
  parts.reduce((h, part) => h.update(part).update('\0'), createHash('sha256')).digest('hex');
const tell = (event) => appendFileSync(at('events.jsonl'), `${JSON.stringify(event)}\n`);
const readLines = (file) =>
  readFileSync(at(file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const {
  epochs = 1,
  fail,
  unless,
  refuse,
  deaf = false,
  helper,
  hog,
  moods,
  sick,
  tellsLoss,
  warns,
  mfu,
} = job.hyperparameters;
const mood = moods && existsSync(moods) ? 'another' : '';
const stepMs = Number(process.env.TOY_STEP_MS ?? 0);
const hold = process.env.TOY_HOLD;
let stopped = false;
process.on('SIGTERM', () => {
  stopped = !deaf;
});
process.stdin
  .on('end', () => process.exit(1))
  .on('error', () => process.exit(1))
  .resume();

// What it knows would end up in its log, and so in the store.
process.stderr.write(`credentials of the store: ${process.env.AWS_SECRET_ACCESS_KEY ?? 'none'}\n`);

if (helper) spawn('sleep', ['600'], { stdio: 'ignore' });

if (hog) globalThis.hoarded = Buffer.alloc(hog * 1024 ** 2, 1);

if (refuse) {
  process.stderr.write(`hyperparameter refuse: ${refuse}\n`);
  process.exit(78);
}

function useGpus(devices) {
  const gpus = process.env.CUDA_VISIBLE_DEVICES.split(',');
  for (const file of gpus.map((gpu) => join(devices, gpu))) {
    const user = existsSync(file) && Number(readFileSync(file, 'utf8'));
    if (user && isRunning(user)) {
      process.stderr.write(`${file} is used by process ${user}\n`);
      process.exit(1);
    }
    writeFileSync(file, String(process.pid));
    process.on('exit', () => rmSync(file));
  }
  appendFileSync(join(devices, 'uses'), `${JSON.stringify({ stage: job.stage, gpus })}\n`);
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

if (process.env.TOY_GPUS && job.stage !== 'count') useGpus(process.env.TOY_GPUS);

const count = (name, file) => {
  const examples = readLines(file).length;
  tell({
    type: 'count',
    name,
    examples,
    tokens: examples * 10,
    targetTokens: examples * 3,
    truncatedExamples: 0,
    truncatedTurns: 0,
    droppedExamples: 0,
    ...(job.sizes && {
      sizes: Array.from({ length: examples }, () => ({
        tokens: 10,
        targetTokens: 3,
        turnsLost: 0,
        dropped: false,
      })),
    }),
  });
};

const readWeights = (start) => (start ? readFileSync(at(start, 'weights.txt'), 'utf8') : 'base');

function failIfTold(examples) {
  if (fail && !(unless && existsSync(unless)) && examples.some(({ id }) => id.startsWith(fail)))
    throw new Error(`told to fail on ${fail}`);
}

function failIfSick() {
  if (sick && process.env.NVIDIA_VISIBLE_DEVICES?.startsWith(sick))
    throw new Error('NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.');
}

const isHeld = () => !stopped && hold !== undefined && existsSync(hold);
async function waitInMiddle(step, steps) {
  if (step !== (steps >> 1) + 1) return;
  while (isHeld()) await delay(10);
}

async function train() {
  count('train', job.data);
  if (warns) for (let i = 0; i < 2; i++) tell({ type: 'warning', message: warns });
  const examples = readLines(job.data);
  failIfTold(examples);
  const steps = examples.length * epochs;
  const parent = readWeights(job.parent ?? job.base);
  let { step, chain } = job.resume
    ? JSON.parse(readFileSync(at(job.resume, 'state.json'), 'utf8'))
    : { step: 0, chain: hash(parent, String(job.seeds.order), mood) };
  const save = (name, file, text) => {
    mkdirSync(at(`${name}.new`), { recursive: true });
    writeFileSync(at(`${name}.new`, file), text);
    renameSync(at(`${name}.new`), at(name));
  };
  const checkpoint = async () => {
    mkdirSync(at('checkpoints'), { recursive: true });
    while (readdirSync(at('checkpoints')).length >= 2) await delay(5);
    if (!existsSync(at('checkpoints', String(step))))
      save(`checkpoints/${step}`, 'state.json', JSON.stringify({ step, chain }));
    tell({ type: 'checkpoint', step });
  };
  while (step < steps) {
    await waitInMiddle(step, steps);
    if (stopped) {
      await checkpoint();
      process.exit(75);
    }
    if (stepMs > 0) await delay(stepMs);
    chain = hash(chain, examples[step % examples.length].id);
    step++;
    tell({
      type: 'progress',
      step,
      steps,
      loss: 1 / step,
      tokens: step * 10,
      tokensPerSecond: 0,
      peakMemoryBytes: 0,
      ...(mfu !== undefined && { mfu }),
    });
    if (step % job.checkpointEvery === 0 && step < steps) await checkpoint();
    if (step === 2 * job.checkpointEvery) failIfSick();
  }
  save('weights', 'weights.txt', chain);
  tell({ type: 'result', steps, tokens: steps * 10 });
}

/** As made up as the rest: between 0 and 1 nat for each of three tokens of a target. */
function lossOf(weights, targets) {
  const share = ({ id }) => parseInt(hash(weights, id).slice(0, 8), 16) / 2 ** 32;
  const nats = targets.reduce((sum, target) => sum + 3 * share(target), 0);
  return { nats, tokens: 3 * targets.length };
}

async function generate() {
  const weights = readWeights(job.weights ?? job.base);
  const { temperature, seed, draws } = job.decoding;
  const numbers = Array.from({ length: draws ?? 1 }, (_, draw) => draw);
  for (const { name, file, targets } of job.prompts) {
    count(name, file);
    if (stopped) process.exit(75);
    if (stepMs > 0) await delay(stepMs * 5);
    const lines = readLines(file).flatMap(({ id, tools }) =>
      numbers.map((draw) => {
        const lot = temperature > 0 ? [String(seed), String(draw)] : [];
        const drawn = hash(weights, id, ...lot);
        const tool = tools[parseInt(drawn.slice(0, 8), 16) % tools.length];
        const text = `[${tool}(x='${drawn.slice(0, 4)}')]`;
        return `${JSON.stringify({ id, ...(draws && { draw }), text })}\n`;
      }),
    );
    writeFileSync(at(`predicted-${name}.jsonl`), lines.join(''));
    const loss = tellsLoss && { loss: lossOf(weights, readLines(targets)) };
    tell({ type: 'predictions', name, file: `predicted-${name}.jsonl`, ...loss });
  }
  tell({ type: 'result', steps: 0, tokens: 0 });
}

if (job.stage === 'train') await train();
else if (job.stage === 'generate') await generate();
else {
  for (const { name, file } of job.data) count(name, file);
  tell({ type: 'result', steps: 0, tokens: 0 });
}
process.exit(0);
