// What the built-in learner makes of the built-in suite: one row a preset, knob and rendering, over seeds.
// Usage, after `npm run build`: node bench/builtin-suite.mjs [seeds] [name of a row]
import {
  learnInTurn,
  learnTogether,
  machine,
  meanOf,
  openPreset,
  withData,
} from './learn-streams.mjs';
import { chooseUnseenTools } from '../dist/worlds/generate-domain.js';
import { BUILTIN_DOMAINS } from '../dist/worlds/builtin-suite.js';

const ROWS = {
  default: {},
  'overlap 0': { overlap: 0 },
  'unseen tools 2': { unseenTools: 2 },
  'trace share 0': { traceShare: 0 },
  quick: { preset: 'quick' },
  hard: { preset: 'hard' },
};
const [seedCount = 5, only] = process.argv.slice(2);
const seeds = Array.from({ length: Number(seedCount) }, (_, index) => index + 1);

const share = (examples) => {
  return (100 * examples.filter(({ right }) => right.exact).length) / examples.length;
};

/** Mean, lowest and highest over seeds. */
const spread = (values) => {
  const rounded = [meanOf(values), Math.min(...values), Math.max(...values)];
  return rounded.map((value) => Number(value.toFixed(1)));
};

function measure(suite, knobs, seed, trace) {
  return withData(suite, seed, trace, (data) => {
    const joint = learnTogether(data);
    const matrix = learnInTurn(data).map((row) => row.map(share));
    const last = matrix.at(-1);
    const drops = last.slice(0, -1).map((end, domain) => {
      return Math.max(...matrix.slice(domain, -1).map((row) => row[domain])) - end;
    });
    return {
      joint: meanOf(joint.map(share)),
      last: meanOf(last),
      forgetting: meanOf(drops),
      ...splitByTool(joint, data, knobs, seed),
    };
  });
}

/** Joint training on calls of tools that it saw called, and of those that it never did. */
function splitByTool(joint, { datasets }, { unseenTools = 0 }, seed) {
  if (unseenTools === 0) return {};
  const sides = { seen: [], unseen: [] };
  for (const [at, examples] of joint.entries()) {
    const unseen = chooseUnseenTools(BUILTIN_DOMAINS[at], seed, { unseenTools });
    for (const [place, example] of examples.entries()) {
      const isUnseen = datasets[at].gold[place].target.some(({ name }) => unseen.includes(name));
      sides[isUnseen ? 'unseen' : 'seen'].push(example);
    }
  }
  return { seenTools: share(sides.seen), unseenTools: share(sides.unseen) };
}

const rows = Object.entries(ROWS)
  .filter(([name]) => only === undefined || name === only)
  .flatMap(([name, { preset = 'default', ...knobs }]) => {
    const suite = openPreset(preset, knobs);
    return ['keep', 'strip'].map((trace) => {
      const runs = seeds.map((seed) => measure(suite, knobs, seed, trace));
      const figures = Object.keys(runs[0]).map((field) => {
        return [field, spread(runs.map((run) => run[field]))];
      });
      return { name, trace, ...Object.fromEntries(figures) };
    });
  });
process.stdout.write(`${JSON.stringify({ machine, seeds, rows }, null, 1)}\n`);
