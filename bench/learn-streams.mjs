// Learns the built-in suite's domains through the trainer protocol and scores held-out calls: what the suite's benchmarks share.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderTools } from '../dist/data/data-file.js';
import { renderHeldOut } from '../dist/data/held-out.js';
import { openSuite } from '../dist/data/open-suite.js';
import { renderTraining } from '../dist/data/training.js';
import { scoreCell } from '../dist/metrics/verdicts.js';
import { BUILTIN_PRESETS } from '../dist/spec/builtin-presets.js';

const LEARNER = join(import.meta.dirname, '../dist/learner.mjs');

export const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`;

export function openPreset(preset, knobs = {}) {
  return openSuite({ kind: 'builtin', ...BUILTIN_PRESETS[preset], ...knobs });
}

export const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs `work` with a folder of the suite's files that is gone afterwards. */
export function withData(suite, seed, trace, work) {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  try {
    writeFileSync(join(home, 'tools.json'), renderTools(suite));
    const condition = { trace: { train: trace, eval: trace }, replay: 0 };
    const seeds = { data: seed, draws: seed };
    const datasets = suite.domains.map((domain) => {
      const train = renderTraining(suite, { condition, seeds, path: [[domain]] });
      const { prompts, gold } = renderHeldOut(suite, { condition, seeds, domain });
      writeFileSync(join(home, `${domain}.train.jsonl`), train.bytes);
      writeFileSync(join(home, `${domain}.prompts.jsonl`), prompts.bytes);
      return { domain, train: train.bytes, gold: readLines(gold.bytes) };
    });
    return work({ home, seed, datasets });
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** The domains one after another, in the suite's order: each cell's scored examples, from after each block or the last. */
export function learnInTurn(data, { onlyLast = false } = {}) {
  const { datasets } = data;
  const matrix = [];
  let parent = null;
  for (const [block, { domain }] of datasets.entries()) {
    parent = learn(data, `block-${block}`, `${domain}.train.jsonl`, parent);
    const isLast = block === datasets.length - 1;
    if (isLast || !onlyLast) matrix.push(predict(data, `cell-${block}`, parent));
  }
  return matrix;
}

/** All domains at once: the scored examples of each. */
export function learnTogether(data) {
  const all = Buffer.concat(data.datasets.map(({ train: bytes }) => bytes));
  writeFileSync(join(data.home, 'all.train.jsonl'), all);
  return predict(data, 'cell-joint', learn(data, 'joint', 'all.train.jsonl', null));
}

function learn({ home, seed }, name, file, parent) {
  runJob(home, name, {
    stage: 'train',
    parent,
    data: join(home, file),
    seeds: { order: seed, initialisation: seed },
    resume: null,
    checkpointEvery: 1e6,
  });
  return join(home, name, 'weights');
}

function predict({ home, datasets }, name, weights) {
  runJob(home, name, {
    stage: 'generate',
    weights,
    prompts: datasets.map(({ domain }) => ({
      name: domain,
      file: join(home, `${domain}.prompts.jsonl`),
    })),
    decoding: { temperature: 0, seed: 0 },
  });
  return datasets.map(({ gold }, at) => {
    const predictions = readLines(readFileSync(join(home, name, 'predictions', `${at}.jsonl`)));
    return scoreCell(gold, predictions).examples;
  });
}

function runJob(home, name, job) {
  const folder = join(home, name);
  mkdirSync(folder);
  const text = JSON.stringify({
    protocol: 1,
    key: 'bench',
    hyperparameters: {},
    tools: join(home, 'tools.json'),
    ...job,
  });
  writeFileSync(join(folder, 'job.json'), text);
  const { status, stderr } = spawnSync(process.execPath, [LEARNER, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
}

function readLines(bytes) {
  const text = new TextDecoder().decode(bytes).trim();
  return text.split('\n').map((line) => JSON.parse(line));
}
