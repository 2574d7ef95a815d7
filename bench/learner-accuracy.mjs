// Exact-call accuracy of the built-in learner on API-Bank's held-out folds: 5 seeds x keep, strip, default hyperparameters.
// Usage, after `npm run build`: node bench/learner-accuracy.mjs [path of API-Bank's folder]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderTools } from '../dist/data/data-file.js';
import { renderHeldOut } from '../dist/data/held-out.js';
import { openSuite } from '../dist/data/open-suite.js';
import { renderTraining } from '../dist/data/training.js';
import { scoreCell } from '../dist/metrics/verdicts.js';
import { apiBankSuite } from '../dist/spec/file-suites.js';

const root = join(import.meta.dirname, '..');
const source = process.argv[2] ?? process.env.RATCHET_API_BANK ?? join(root, '../shared/api-bank');
const SEEDS = [0, 1, 2, 3, 4];

const name = 'level-1-api.json';
const suite = openSuite(apiBankSuite.parse({ kind: 'api-bank' }), [
  { name, bytes: readFileSync(join(source, name)) },
]);
const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
writeFileSync(join(home, 'tools.json'), renderTools(suite));

function runLearner(folder, job) {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({
    protocol: 1,
    key: 'bench',
    hyperparameters: {},
    tools: join(home, 'tools.json'),
    ...job,
  });
  writeFileSync(join(folder, 'job.json'), text);
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/learner.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
}

const readLines = (bytes) =>
  new TextDecoder()
    .decode(bytes)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Verdicts of every held-out example of each domain. */
function scoreDomains(folder, weights, datasets) {
  const prompts = datasets.map(({ domain, promptsFile }) => ({ name: domain, file: promptsFile }));
  runLearner(folder, {
    stage: 'generate',
    weights,
    prompts,
    decoding: { temperature: 0, seed: 0 },
  });
  return datasets.map(({ gold }, at) => {
    return scoreCell(gold, readLines(readFileSync(join(folder, 'predictions', `${at}.jsonl`))))
      .examples;
  });
}

const share = (examples, isRight) => (100 * examples.filter(isRight).length) / examples.length;
const isExact = ({ right }) => right.exact;

function runStream(seed, trace) {
  const folder = join(home, `${trace}-${seed}`);
  mkdirSync(folder);
  const rendering = {
    condition: { trace: { train: trace, eval: trace }, replay: 0 },
    seeds: { data: seed, draws: seed },
  };
  const datasets = suite.domains.map((domain) => {
    const train = renderTraining(suite, { ...rendering, path: [[domain]] });
    const { prompts, gold } = renderHeldOut(suite, { ...rendering, domain });
    const trainFile = join(folder, `${domain}.train.jsonl`);
    const promptsFile = join(folder, `${domain}.prompts.jsonl`);
    writeFileSync(trainFile, train.bytes);
    writeFileSync(promptsFile, prompts.bytes);
    return { domain, trainFile, promptsFile, gold: readLines(gold.bytes) };
  });
  const matrix = [];
  let parent = null;
  for (const [block, { trainFile }] of datasets.entries()) {
    const blockFolder = join(folder, `block-${block}`);
    const seeds = { order: seed, initialisation: seed };
    runLearner(blockFolder, {
      stage: 'train',
      parent,
      data: trainFile,
      seeds,
      resume: null,
      checkpointEvery: 1e6,
    });
    parent = join(blockFolder, 'weights');
    matrix.push(scoreDomains(join(folder, `cell-${block}`), parent, datasets));
  }
  const last = matrix.at(-1);
  const diagonal = matrix.map((row, block) => row[block]);
  return {
    seed,
    trace,
    heldOut: last.flat().length,
    finalExact: share(last.flat(), isExact),
    finalName: share(last.flat(), ({ nameRight }) => nameRight),
    justTrainedExact: share(diagonal.flat(), isExact),
  };
}

const runs = ['keep', 'strip'].flatMap((trace) => SEEDS.map((seed) => runStream(seed, trace)));
rmSync(home, { recursive: true });
const mean = (trace, field) => {
  const values = runs.filter((run) => run.trace === trace).map((run) => run[field]);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};
const fields = ['finalExact', 'finalName', 'justTrainedExact'];
const means = Object.fromEntries(
  ['keep', 'strip'].map((trace) => [
    trace,
    Object.fromEntries(fields.map((field) => [field, mean(trace, field)])),
  ]),
);
process.stdout.write(`${JSON.stringify({ runs, means }, null, 2)}\n`);
