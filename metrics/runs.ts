import type { BlockResult, CellCounts, Row, RunResult } from '../contract/results.ts';
import {
  CONVENTIONS,
  OUTCOMES,
  type CellScore,
  type Convention,
  type ExampleScore,
} from '../contract/scores.ts';
import { meanOf, measureContinual } from './continual.ts';

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
export function measureRun(run: GatheredRun, convention: Convention): RunResult {
  const cells = run.cells.map((row) => row.map(countCell));
  const zeroShotCells = run.zeroShot.map(countCell);
  const headline = (cell: CellCounts | null): number | null =>
    shareOf(cell, ({ right }) => right[convention]);
  const matrix = cells.map((row) => row.map(headline));
  const zeroShot = zeroShotCells.map(headline);
  const ofLastRow = (count: (cell: CellCounts) => number): number | null =>
    meanOf((cells.at(-1) ?? []).map((cell) => shareOf(cell, count) ?? Number.NaN));
  return {
    seed: run.seed,
    order: run.order,
    matrix,
    zeroShot,
    blocks: run.blocks,
    metrics: {
      ...measureContinual({ matrix, zeroShot }),
      nameAccuracy: ofLastRow((cell) => cell.nameRight),
      malformedRate: ofLastRow((cell) => cell.outcomes.malformed),
    },
    averageAccuracyBy: record(CONVENTIONS, (name) => ofLastRow((cell) => cell.right[name])),
    outcomes: record(OUTCOMES, (name) => ofLastRow((cell) => cell.outcomes[name])),
    cells,
    zeroShotCells,
  };
}

function countCell(cell: CellScore | null): CellCounts | null {
  if (cell === null) return null;
  const { examples } = cell;
  const count = (holds: (example: ExampleScore) => boolean): number =>
    examples.filter(holds).length;
  return {
    examples: examples.length,
    right: record(CONVENTIONS, (name) => count((example) => example.right[name])),
    nameRight: count((example) => example.nameRight),
    outcomes: record(OUTCOMES, (name) => count((example) => example.outcome === name)),
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
