// What the built-in learner makes of the built-in suite: a row a preset or knob, and a rendering. Every run adds seeds of a
// row to a file, and prints what the file holds of all rows: mean, lowest and highest over seeds.
// Usage, after `npm run build`: node bench/builtin-suite.mjs <file> [row] [seeds of the row to add]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { BUILTIN_PRESETS } from '../dist/spec/builtin-presets.js';
import { BUILTIN_DOMAINS } from '../dist/worlds/builtin-suite.js';
import { chooseUnseenTools } from '../dist/worlds/generate-domain.js';
import {
  learnInTurn,
  learnTogether,
  machine,
  meanOf,
  openPreset,
  withData,
} from './learn-streams.mjs';

const ROWS = {
  default: {},
  quick: { preset: 'quick' },
  hard: { preset: 'hard' },
  'overlap 0': { overlap: 0 },
  'unseenTools 2': { unseenTools: 2 },
};
const [file, row, more = 1] = process.argv.slice(2);
if (!file) throw new Error('usage: node bench/builtin-suite.mjs <file> [row] [seeds to add]');

const share = (examples) => {
  return (100 * examples.filter(({ right }) => right.exact).length) / examples.length;
};

function measure({ preset = 'default', ...knobs }, seed, trace) {
  const settings = { ...BUILTIN_PRESETS[preset], ...knobs };
  return withData(openPreset(preset, knobs), seed, trace, (data) => {
    const joint = learnTogether(data);
    const matrix = learnInTurn(data).map((cells) => cells.map(share));
    const last = matrix.at(-1);
    const drops = last.slice(0, -1).map((end, domain) => {
      return Math.max(...matrix.slice(domain, -1).map((cells) => cells[domain])) - end;
    });
    return {
      joint: meanOf(joint.map(share)),
      last: meanOf(last),
      forgetting: meanOf(drops),
      ...splitByTool(joint, data, settings, seed),
    };
  });
}

/** Joint training on calls of tools that it was taught, and of those that it was not. */
function splitByTool(joint, { datasets }, settings, seed) {
  if (settings.unseenTools === 0) return {};
  const taught = [];
  const unseen = [];
  for (const [at, examples] of joint.entries()) {
    const names = chooseUnseenTools(BUILTIN_DOMAINS[at], seed, settings);
    for (const [place, example] of examples.entries()) {
      const isUnseen = datasets[at].gold[place].target.some(({ name }) => names.includes(name));
      (isUnseen ? unseen : taught).push(example);
    }
  }
  return { jointTaught: share(taught), jointUnseen: share(unseen) };
}

const runs = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
if (row) {
  const known = runs.filter((run) => run.row === row && run.trace === 'keep').length;
  for (let seed = known + 1; seed <= known + Number(more); seed++) {
    for (const trace of ['keep', 'strip']) {
      runs.push({ row, trace, seed, ...measure(ROWS[row], seed, trace) });
    }
  }
  writeFileSync(file, JSON.stringify(runs));
}

const spread = (values) => {
  const figures = [meanOf(values), Math.min(...values), Math.max(...values)];
  return figures.map((value) => value.toFixed(1)).join(' ');
};
const lines = Object.keys(ROWS).flatMap((name) => {
  return ['keep', 'strip'].flatMap((trace) => {
    const some = runs.filter((run) => run.row === name && run.trace === trace);
    if (some.length === 0) return [];
    const { row: _row, trace: _trace, seed: _seed, ...figures } = some[0];
    const texts = Object.keys(figures).map((key) => {
      return `${key} ${spread(some.map((run) => run[key]))}`;
    });
    return [`${name}, ${trace}, ${some.length} seeds: ${texts.join('; ')}`];
  });
});
process.stdout.write(`${[machine, ...lines].join('\n')}\n`);
