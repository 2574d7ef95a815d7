import { createRandom, deriveSeed, type Random } from '../contract/random.ts';
import type { MetricName, Row } from '../contract/results.ts';
import type { CellScore, Convention, ExampleScore } from '../contract/scores.ts';
import { meanOf } from './continual.ts';
import { type CellShares, type GatheredRun, measureShares } from './runs.ts';

const DRAWS = 2_000;
/** Seeds drawn in all: more seeds get fewer draws, for all of it is done in one go. */
const SEEDS_DRAWN = 60_000;
/** What needs no other cells of the matrix: most of the work is left out. */
const OF_LAST_ROW: readonly MetricName[] = ['averageAccuracy', 'nameAccuracy', 'malformedRate'];

/** One seed under both conditions: all its orders. */
export interface CrossedSeed {
  treatment: readonly GatheredRun[];
  control: readonly GatheredRun[];
}

export interface BootstrapOptions {
  metric: MetricName;
  convention: Convention;
  /** Confidence level, e.g. 0.95. */
  level: number;
}

/**
 * Percentile interval of the mean paired difference. Seeds and dialogues are crossed: one dialogue is held out under several
 * seeds, checkpoints and conditions. So each draw resamples both, and a dialogue weighs the same wherever it stands. Pairs
 * that a draw leaves without a value are left out of that draw. Null when no draw has a value.
 */
export function bootstrapDifference(
  seeds: readonly CrossedSeed[],
  options: BootstrapOptions,
): { low: number; high: number; draws: number } | null {
  const dialogues = new Map<string, number>();
  const index = (runs: readonly GatheredRun[]): IndexedRun[] =>
    runs.map((run) => indexRun(run, dialogues, options));
  const pairs = seeds.map(({ treatment, control }) => [index(treatment), index(control)] as const);
  const random = createRandom(deriveSeed('crossed bootstrap'));
  const means: number[] = [];
  const draws = Math.min(DRAWS, Math.floor(SEEDS_DRAWN / pairs.length));
  for (let draw = 0; draw < draws; draw++) {
    const seedWeights = drawWeights(pairs.length, random);
    const weights = drawWeights(dialogues.size, random);
    const mean = weightedMean(
      pairs.map(([treatment, control], seed) => ({
        weight: seedWeights[seed] ?? 0,
        value: () =>
          valueOf(treatment, weights, options.metric) - valueOf(control, weights, options.metric),
      })),
    );
    if (mean !== null) means.push(mean);
  }
  if (means.length === 0) return null;
  means.sort((a, b) => a - b);
  const tail = (1 - options.level) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail), draws: means.length };
}

/** How often each of so many items is drawn, with replacement, in as many draws. */
function drawWeights(items: number, random: Random): Float64Array {
  const weights = new Float64Array(items);
  for (let draw = 0; draw < items; draw++) {
    const drawn = random.below(items);
    weights[drawn] = (weights[drawn] ?? 0) + 1;
  }
  return weights;
}

function weightedMean(items: readonly { weight: number; value: () => number }[]): number | null {
  let [sum, total] = [0, 0];
  for (const { weight, value } of items) {
    const known = weight === 0 ? Number.NaN : value();
    if (Number.isNaN(known)) continue;
    sum += weight * known;
    total += weight;
  }
  return total === 0 ? null : sum / total;
}

/** NaN where a cell is missing or drew no example. */
function valueOf(runs: readonly IndexedRun[], weights: Float64Array, metric: MetricName): number {
  const values = runs.map(({ cells, zeroShot }) => {
    const shares = {
      cells: cells.map((row) => weighRow(row, weights)),
      zeroShot: weighRow(zeroShot, weights),
    };
    return measureShares(shares)[metric];
  });
  return meanOf(values.map((value) => value ?? Number.NaN)) ?? Number.NaN;
}

interface IndexedRun {
  cells: Row<IndexedCell>[];
  zeroShot: Row<IndexedCell>;
}

/** A cell by dialogue: entry i of each list is of the i-th dialogue in it. */
interface IndexedCell {
  dialogues: Int32Array;
  examples: Float64Array;
  right: Float64Array;
  nameRight: Float64Array;
  malformed: Float64Array;
}

function indexRun(
  { cells, zeroShot }: GatheredRun,
  dialogues: Map<string, number>,
  { convention, metric }: BootstrapOptions,
): IndexedRun {
  const indexRow = (row: Row<CellScore>): Row<IndexedCell> =>
    row.map((cell) => cell && indexCell(cell, dialogues, convention));
  const needed = OF_LAST_ROW.includes(metric) ? cells.slice(-1) : cells;
  return { cells: needed.map(indexRow), zeroShot: indexRow(zeroShot) };
}

function indexCell(
  { examples }: CellScore,
  dialogues: Map<string, number>,
  convention: Convention,
): IndexedCell {
  const groups = new Map<number, ExampleScore[]>();
  for (const example of examples) {
    const number = dialogues.get(example.dialogue) ?? dialogues.size;
    dialogues.set(example.dialogue, number);
    groups.set(number, [...(groups.get(number) ?? []), example]);
  }
  const counts = (holds: (example: ExampleScore) => boolean): Float64Array =>
    Float64Array.from(groups.values(), (group) => group.filter(holds).length);
  return {
    dialogues: Int32Array.from(groups.keys()),
    examples: counts(() => true),
    right: counts(({ right }) => right[convention]),
    nameRight: counts(({ nameRight }) => nameRight),
    malformed: counts(({ outcome }) => outcome === 'malformed'),
  };
}

function weighRow(row: Row<IndexedCell>, weights: Float64Array): Row<CellShares> {
  return row.map((cell) => cell && weighCell(cell, weights));
}

function weighCell(cell: IndexedCell, weights: Float64Array): CellShares | null {
  const total = weighedSum(cell.examples, cell, weights);
  if (total === 0) return null;
  return {
    right: weighedSum(cell.right, cell, weights) / total,
    nameRight: weighedSum(cell.nameRight, cell, weights) / total,
    malformed: weighedSum(cell.malformed, cell, weights) / total,
  };
}

function weighedSum(
  counts: Float64Array,
  { dialogues }: IndexedCell,
  weights: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++)
    sum += (counts[i] ?? 0) * (weights[dialogues[i] ?? 0] ?? 0);
  return sum;
}

/** Between order statistics linearly, as NumPy does. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (place - Math.floor(place)) * (above - below);
}
