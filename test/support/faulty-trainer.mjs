// A trainer that keeps the whole protocol, but for the one defect that DEFECT in its environment names. Its weights are a
// hash chain over the examples, a step each.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const folder = process.argv[2];
const has = (defect) => process.env.DEFECT === defect;
const at = (...names) => join(folder, ...names);
const hash = (...parts) => createHash('sha256').update(parts.join('\0')).digest('hex');
const tell = (event) => appendFileSync(at('events.jsonl'), `${JSON.stringify(event)}\n`);
const readLines = (file) =>
  readFileSync(at(file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const job = JSON.parse(readFileSync(at('job.json'), 'utf8'));

const stop = { asked: false };
process.on('SIGTERM', () => {
  stop.asked = !has('deaf') && !has('predicts on');
});
const outlives =
  has('outlives its parent') || (has('predicts for nobody') && job.stage === 'generate');
if (!outlives) process.stdin.on('end', () => process.exit(1)).resume();
if (has('chatty')) tell({ type: 'progress', step: 'one' });
if (has('leaves a process')) spawn('sleep', ['600'], { stdio: 'ignore' }).unref();

const end = (code, said) => {
  process.stderr.write(`${said}\n`);
  process.exit(code);
};
if (job.protocol !== 1 && !has('any protocol')) end(78, `protocol ${job.protocol}`);
const unknown = Object.keys(job.hyperparameters).filter((name) => name !== 'epochs');
if (unknown.length > 0 && !has('any hyperparameter')) end(78, `hyperparameter ${unknown.join()}`);
const { epochs = 2 } = job.hyperparameters;

/** Text beside its digest, so that a cut is noticed. */
const write = (path, text) => {
  const draft = has('writes in place') ? at(path) : at(`${path}.draft`);
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'head'), text.slice(0, 9));
  writeFileSync(join(draft, 'state'), `${text}\n`.padEnd(5000, ' '));
  writeFileSync(join(draft, 'digest'), hash(text));
  if (!has('writes in place')) renameSync(draft, at(path));
};
const read = (path, trusting) => {
  const [text] = readFileSync(at(path, 'state'), 'utf8').split('\n');
  const whole = readFileSync(at(path, 'state')).length === 5000;
  if (!(whole && hash(text) === readFileSync(at(path, 'digest'), 'utf8')) && !trusting)
    end(65, `${path} is damaged`);
  return text;
};

const count = (name, file) => {
  if (has('counts nothing')) return;
  const items = readLines(file);
  const sizes = items.map(() => ({ tokens: 10, targetTokens: 3, turnsLost: 0, dropped: false }));
  tell({
    type: 'count',
    name,
    examples: items.length,
    tokens: sizes.length * 10 + (has('sizes do not add up') ? 1 : 0),
    targetTokens: sizes.length * 3,
    truncatedExamples: 0,
    truncatedTurns: 0,
    droppedExamples: 0,
    ...(job.sizes && { sizes }),
  });
};

function open() {
  const parent =
    job.parent && !has('ignores its parent') ? read(job.parent, has('trusts weights')) : 'base';
  const { order } = has('knows one order') ? { order: 0 } : job.seeds;
  const start = [0, hash(parent, has('draws without a seed') ? Math.random() : order)];
  if (!job.resume || has('starts again')) return start;
  const [step, chain] = JSON.parse(read(job.resume, has('trusts checkpoints')));
  return [step, has('forgets its optimiser') ? hash(chain) : chain];
}

async function save(step, chain) {
  const told = { type: 'checkpoint', step };
  if (has('announces too early')) tell(told);
  const standing = () => readdirSync(at('checkpoints')).filter((name) => /^\d+$/.test(name));
  mkdirSync(at('checkpoints'), { recursive: true });
  while (standing().length >= 2 && !stop.asked && !has('does not wait')) await delay(5);
  if (has('announces too early')) await delay(100);
  if (!existsSync(at('checkpoints', String(step))))
    write(`checkpoints/${step}`, JSON.stringify([step, chain]));
  if (!has('announces too early')) tell(told);
}

async function endEarly(step, chain) {
  if (has('ends well when stopped')) process.exit(0);
  if (!has('stops without a checkpoint')) await save(step, chain);
  end(75, `stopped after step ${step}`);
}

const progress = (step, steps) => ({
  type: 'progress',
  step,
  steps,
  loss: has('learns too little') ? 1 : 1 / step,
  tokens: step * 10,
  tokensPerSecond: 0,
  peakMemoryBytes: 0,
});

async function train() {
  if (!has('announces no data')) count('train', job.data);
  const examples = readLines(job.data);
  const steps = examples.length * epochs;
  tell({ ...progress(0, 0), loss: null }); // As one that loads weights for long.
  let [step, chain] = open();
  while (step < steps) {
    chain = hash(chain, examples[step % examples.length].id);
    step++;
    tell(progress(has('counts back') && step === 5 ? 1 : step, steps));
    const isDue = step % job.checkpointEvery === 0 && step < steps && !has('no checkpoints');
    if (isDue) await save(step, chain);
    await delay(Number(process.env.STEP_MS));
    if (stop.asked) await endEarly(step, chain);
  }
  if (!has('no weights')) write('weights', chain);
  if (!has('no result')) tell({ type: 'result', steps, tokens: steps * 10 });
  if (has('talks on')) count('train', job.data);
}

function predict(weights, { name, file, targets }) {
  const { temperature, seed, draws } = job.decoding;
  const numbers = Array.from({ length: has('draws once') ? 1 : (draws ?? 1) }, (_, draw) => draw);
  const isDrawn = temperature > 0 && !has('predicts greedily');
  const lot = (draw) => {
    if (has('guesses') || (isDrawn && has('samples without a seed'))) return Math.random();
    return isDrawn ? [has('draws by one seed') || seed, has('draws alike') || draw].join() : '';
  };
  const inPlace = at('targets', `${name}.jsonl`);
  const looked =
    (has('looks at targets') && targets && at(targets)) ||
    (has('looks where targets lie') && existsSync(inPlace) && inPlace);
  const seen = looked ? readFileSync(looked) : '';
  return readLines(file).flatMap(({ id }, place, prompts) => {
    const asked = has('answers its neighbour') ? prompts.at(place - 1).id : id;
    return numbers.map((draw) => {
      return { id, ...(draws && { draw }), text: hash(weights, asked, lot(draw), seen) };
    });
  });
}

function openWeights() {
  const text = job.weights ? read(job.weights, has('trusts weights to predict')) : 'base';
  const same = ['forgets its weights', 'forgets them, and tells a loss', 'learns too little'];
  return same.some(has) ? 'base' : text;
}

/** Longer than any grace that is tried, unless it is stopped. */
async function lingerIfTold() {
  const most = outlives || has('predicts on') ? 500 : 0;
  for (let times = 0; times < most && !stop.asked; times++) await delay(10);
}

function writePredictions(weights, prompts) {
  const lines = predict(weights, prompts);
  if (has('shuffles prompts')) lines.reverse();
  if (has('leaves a prompt out')) lines.pop();
  const to = `${has('writes elsewhere') ? '../' : 'predicted-'}${prompts.name}.jsonl`;
  writeFileSync(at(to), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return to;
}

async function generate() {
  const weights = openWeights();
  const tellsNoLoss = ['forgets its weights', 'learns too little'].some(has);
  for (const prompts of job.prompts) {
    const { name, file, targets } = prompts;
    count(name, file);
    await lingerIfTold();
    if (stop.asked) end(75, `stopped before ${name}`);
    const told = { type: 'predictions', name, file: writePredictions(weights, prompts) };
    const knowsLoss = (targets && !tellsNoLoss) || has('makes up a loss');
    const loss = knowsLoss && { loss: { nats: 21, tokens: 7 } };
    if (!(has('skips a file') && prompts === job.prompts[0])) tell({ ...told, ...loss });
  }
  tell({ type: 'result', steps: 0, tokens: 0 });
}

const counts = () => {
  for (const { name, file } of job.data) count(name, file);
  tell({ type: 'result', steps: 0, tokens: 0 });
};

try {
  await { train, generate, count: counts }[job.stage]();
} catch (error) {
  if (!has('goes on when the disk is full')) throw error;
}
process.exit(0);
