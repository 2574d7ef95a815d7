// Keep minus strip on the null preset, with the built-in learner: a pool of seeds learned once each, and the verdicts of
// sweeps drawn from it. Every run adds seeds to a file, and says what all of them together show.
// Usage, after `npm run build`: node bench/null-preset.mjs <file> [seeds to add]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRandom } from '../dist/contract/random.js';
import { compareConditions } from '../dist/metrics/comparisons.js';
import { learnInTurn, machine, meanOf, openPreset, withData } from './learn-streams.mjs';

const [file, more = 0] = process.argv.slice(2);
if (!file) throw new Error('usage: node bench/null-preset.mjs <file> [seeds to add]');
const SWEEPS = 100;
const SEEDS_PER_SWEEP = 6;
const MARGINS = [0, 0.05];

/** Average accuracy after the last block under keep and strip. */
function learnSeed(suite, seed) {
  const [treatment, control] = ['keep', 'strip'].map((trace) => {
    const last = withData(suite, seed, trace, (data) => learnInTurn(data, { onlyLast: true })).at(
      -1,
    );
    return last.map((cell) => meanOf(cell.map(({ right }) => Number(right.exact))));
  });
  return { seed, treatment: meanOf(treatment), control: meanOf(control) };
}

const compare = (seeds, margin) => {
  return compareConditions({
    treatment: 'keep',
    control: 'strip',
    metric: 'averageAccuracy',
    margin,
    alpha: 0.05,
    seeds,
    testTrainRatio: 0,
    declared: true,
    bootstrap: null,
  });
};

const points = (value) => Number((100 * value).toFixed(2));

/** What the seeds say together, in points. */
function describe(seeds) {
  const { difference, p } = compare(seeds, 0);
  const differences = seeds.map(({ treatment, control }) => treatment - control);
  const variance = differences.reduce((sum, value) => sum + (value - difference.mean) ** 2, 0);
  return {
    seeds: seeds.length,
    keep: points(meanOf(seeds.map(({ treatment }) => treatment))),
    strip: points(meanOf(seeds.map(({ control }) => control))),
    difference: points(difference.mean),
    interval95: [points(difference.low), points(difference.high)],
    deviation: points(Math.sqrt(variance / (seeds.length - 1))),
    p: Number(p.t.toFixed(4)),
  };
}

function countVerdicts(pool, margin) {
  const random = createRandom(0);
  const verdicts = Array.from({ length: SWEEPS }, () => {
    return compare(random.shuffle(pool).slice(0, SEEDS_PER_SWEEP), margin).verdict;
  });
  return Object.fromEntries(
    [...new Set(verdicts)].map((verdict) => {
      return [verdict, verdicts.filter((other) => other === verdict).length];
    }),
  );
}

const pool = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
const suite = openPreset('null');
for (let added = 0; added < Number(more); added++) pool.push(learnSeed(suite, pool.length + 1));
writeFileSync(file, JSON.stringify(pool));
const sweeps = MARGINS.map((margin) => [`margin ${margin}`, countVerdicts(pool, margin)]);
const result = { machine, pool: describe(pool), sweeps: Object.fromEntries(sweeps) };
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
