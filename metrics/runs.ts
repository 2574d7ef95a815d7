import type { BlockResult, CellCounts, MetricName, Row, RunResult } from '../contract/results.ts';
import { CONVENTIONS, OUTCOMES, type CellScore, type Convention } from '../contract/scores.ts';
import { answersIn, countCell, record } from './cell-counts.ts';
import { meanOf, measureContinual } from './continual.ts';
import { measureSecondary } from './secondary.ts';
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
  const countRow = (row: Row<CellScore>): Row<CellCounts> =>
    row.map((cell) => cell && countCell(cell, convention));
  const cells = run.cells.map(countRow);
  const zeroShotCells = countRow(run.zeroShot);
  const secondary = measureSecondary({ cells, zeroShot: zeroShotCells });
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
    ...(secondary && { secondary }),
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

function shareCell(cell: CellCounts | null, convention: Convention): CellShares | null {
  if (cell === null || cell.examples === 0) return null;
  const answers = answersIn(cell);
  return {
    right: cell.right[convention] / answers,
    nameRight: cell.nameRight / answers,
    malformed: cell.outcomes.malformed / answers,
  };
}

/** Null for a missing cell and for one without examples. */
function shareOf(cell: CellCounts | null, count: (cell: CellCounts) => number): number | null {
  return cell === null || cell.examples === 0 ? null : count(cell) / answersIn(cell);
}
