import type { CellCounts, Row } from '../contract/results.ts';
import type { RunSecondary } from '../contract/secondary.ts';
import { answersIn } from './cell-counts.ts';
import { meanOf } from './continual.ts';
import { passAll } from './pass.ts';

/** What a run's cells tell beside the metrics; undefined where they tell nothing. */
export function measureSecondary(of: {
  cells: readonly Row<CellCounts>[];
  zeroShot: Row<CellCounts>;
}): RunSecondary | undefined {
  const { cells, zeroShot } = of;
  const known = [...cells.flat(), ...zeroShot].filter((cell) => cell !== null);
  const last = cells.at(-1) ?? [];
  const draws = known.find((cell) => cell.draws !== undefined)?.draws;
  const matrix = cells.map((row) => row.map(lossPerToken));
  const secondary: RunSecondary = {
    ...(draws !== undefined && { passK: averagePasses(last, draws) }),
    ...(known.some(({ loss }) => loss) && {
      loss: { matrix, zeroShot: zeroShot.map(lossPerToken), mean: averageRow(last, lossPerToken) },
    }),
    ...(known.some(({ truncated }) => truncated !== undefined) && {
      truncatedRate: averageRow(last, shareTruncated),
    }),
  };
  return Object.keys(secondary).length > 0 ? secondary : undefined;
}

function averagePasses(row: Row<CellCounts>, draws: number): (number | null)[] {
  const passes = row.map((cell) => cell && passAll(cell.byRight ?? []));
  return Array.from({ length: draws }, (_, index) =>
    meanOf(passes.map((cell) => cell?.[index] ?? Number.NaN)),
  );
}

function averageRow(
  row: Row<CellCounts>,
  pick: (cell: CellCounts | null) => number | null,
): number | null {
  return meanOf(row.map((cell) => pick(cell) ?? Number.NaN));
}

function lossPerToken(cell: CellCounts | null): number | null {
  return cell?.loss ? cell.loss.nats / cell.loss.tokens : null;
}

function shareTruncated(cell: CellCounts | null): number | null {
  if (!cell || cell.truncated === undefined || cell.examples === 0) return null;
  return cell.truncated / answersIn(cell);
}
