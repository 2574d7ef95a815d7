import type { z } from 'zod';
import type { PublishedMatrix } from '../contract/published.ts';
import type { published } from './published-schema.ts';
import { PUBLISHED_SETS } from './published-sets.ts';

type Written = z.output<typeof published>;

/** Written and shipped numbers alike, as fractions; of a shipped set what the sweep has a condition for. */
export function resolvePublished(
  written: Written,
  conditions: readonly string[],
): PublishedMatrix[] {
  return written.flatMap((entry) => {
    if (typeof entry === 'string')
      return PUBLISHED_SETS[entry]
        .filter(({ condition }) => conditions.includes(condition))
        .map((set) => ({ ...set, ...inFractions(set) }));
    const { name, condition, unit, source = null, convention = null, learner = null } = entry;
    return [
      {
        name: name ?? `published, ${condition}`,
        condition,
        ...(unit === 'percent'
          ? inFractions(entry)
          : { matrix: entry.matrix, metrics: entry.metrics }),
        source,
        convention,
        learner,
        remarks: [],
      },
    ];
  });
}

type Numbers = Pick<PublishedMatrix, 'matrix' | 'metrics'>;

function inFractions({ matrix, metrics }: Numbers): Numbers {
  const entries = Object.entries(metrics).map(([name, value]) => [name, toFraction(value)]);
  return {
    matrix: matrix.map((row) => row.map((cell) => (cell === null ? null : toFraction(cell)))),
    metrics: Object.fromEntries(entries) as Numbers['metrics'],
  };
}

/** The decimal fraction itself, not its nearest binary quotient's neighbour: 47.6 becomes 0.476. */
function toFraction(percent: number): number {
  return Number((percent / 100).toFixed(12));
}
