import type { AnswerCounts } from '../contract/references.ts';
import type { BlockResult, CellCounts, MetricName, Row, RunResult } from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES, type CellScore, type Convention } from '../contract/scores.ts';
import { meanOf, measureContinual } from './continual.ts';
import { countStrata, type StrataByDomain } from './strata.ts';

export interface GatheredRun {
  condition: string;
  seed: number;
  order: string[];
  blocks: BlockResult[];
  /**
   * `cells[i][j]`: after block i, on the domain `order[j]`; null: no result. One row after joint training; without any
   * block one row, which is the base's.
   */
  cells: Row<CellScore>[];
  zeroShot: Row<CellScore>;
}

/** One run's cells as counts, its matrix under the headline convention, and its metrics. */
export function measureRun(
  run: GatheredRun,
  convention: Convention,
  strataOf: StrataByDomain,
): RunResult {
  const cells = run.cells.map((row) => row.map(countCell));
  const zeroShotCells = run.zeroShot.map(countCell);
  const shares = (row: Row<CellCounts>): Row<CellShares> =>
    row.map((cell) => shareCell(cell, convention));
  const ofLastRow = (count: (cell: CellCounts) => number): number | null =>
    meanOf((cells.at(-1) ?? []).map((cell) => shareOf(cell, count) ?? Number.NaN));
  return {
    seed: run.seed,
    order: run.order,
    matrix: cells.map((row) => columnOf(shares(row), 'right')),
    zeroShot: columnOf(shares(zeroShotCells), 'right'),
    blocks: run.blocks,
    metrics: measureShares({ cells: cells.map(shares), zeroShot: shares(zeroShotCells) }),
    averageAccuracyBy: record(CONVENTIONS, (name) => ofLastRow((cell) => cell.right[name])),
    outcomes: record(OUTCOMES, (name) => ofLastRow((cell) => cell.outcomes[name])),
    strata: countStrata(run, convention, strataOf),
    cells,
    zeroShotCells,
  };
}

/** One cell as fractions. */
export interface CellShares {
  right: number;
  nameRight: number;
  malformed: number;
}

/** Every metric of a run, from its cells as fractions; null: missing. */
export function measureShares({
  cells,
  zeroShot,
}: {
  cells: readonly Row<CellShares>[];
  zeroShot: Row<CellShares>;
}): Record<MetricName, number | null> {
  const ofLastRow = (name: keyof CellShares): number | null =>
    meanOf(columnOf(cells.at(-1) ?? [], name).map((share) => share ?? Number.NaN));
  return {
    ...measureContinual({
      matrix: cells.map((row) => columnOf(row, 'right')),
      zeroShot: columnOf(zeroShot, 'right'),
    }),
    nameAccuracy: ofLastRow('nameRight'),
    malformedRate: ofLastRow('malformed'),
  };
}

function columnOf(row: Row<CellShares>, name: keyof CellShares): Row<number> {
  return row.map((cell) => cell && cell[name]);
}

function countCell(cell: CellScore | null): CellCounts | null {
  if (cell === null) return null;
  const { examples } = cell;
  return {
    examples: examples.length,
    ...countAnswers(cell),
    outcomes: record(OUTCOMES, (name) => countWhere(examples, ({ outcome }) => outcome === name)),
  };
}

export function countAnswers({ examples }: CellScore): AnswerCounts {
  return {
    right: record(CONVENTIONS, (name) => countWhere(examples, ({ right }) => right[name])),
    nameRight: countWhere(examples, ({ nameRight }) => nameRight),
  };
}

export function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length;
}

function shareCell(cell: CellCounts | null, convention: Convention): CellShares | null {
  if (cell === null || cell.examples === 0) return null;
  return {
    right: cell.right[convention] / cell.examples,
    nameRight: cell.nameRight / cell.examples,
    malformed: cell.outcomes.malformed / cell.examples,
  };
}

/** Null for a missing cell and for one without examples. */
function shareOf(cell: CellCounts | null, count: (cell: CellCounts) => number): number | null {
  return cell === null || cell.examples === 0 ? null : count(cell) / cell.examples;
}

export function record<K extends string, V>(
  names: readonly K[],
  value: (name: K) => V,
): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}
