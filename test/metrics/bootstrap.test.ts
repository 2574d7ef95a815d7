import { describe, expect, test } from 'vitest';
import type { CellScore } from '../../contract/scores.ts';
import { bootstrapDifference, type CrossedSeed } from '../../metrics/bootstrap.ts';
import type { GatheredRun } from '../../metrics/runs.ts';
import fixture from './fixtures/crossed.json' with { type: 'json' };

const OPTIONS = {
  metric: 'averageAccuracy',
  convention: 'exact',
  level: fixture.level,
} as const;

/** One run of one domain. */
function runOf(condition: string, seed: number, right: readonly number[]): GatheredRun {
  const cell: CellScore = {
    examples: right.map((value, index) => ({
      id: `e${index}`,
      dialogue: `d${fixture.dialogues[index]}`,
      right: { exact: value === 1, 'paper-1': false, bfcl: false },
      nameRight: false,
      outcome: value === 1 ? 'exact' : 'malformed',
    })),
  };
  const blocks = [{ key: '', domain: 'only', steps: null, tokens: null }];
  return { condition, seed, order: ['only'], blocks, cells: [[cell]], zeroShot: [null] };
}

const seeds: CrossedSeed[] = fixture.treatment.map((right, seed) => ({
  treatment: [runOf('treatment', seed, right)],
  control: [runOf('control', seed, fixture.control[seed] ?? [])],
}));

describe('the bootstrap of seeds crossed with dialogues', () => {
  test('agrees with NumPy within what 2,000 draws leave open', () => {
    const interval = bootstrapDifference(seeds, OPTIONS);
    expect(interval?.draws).toBe(2_000);
    expect(interval?.low).toBeCloseTo(fixture.low, 2);
    expect(interval?.high).toBeCloseTo(fixture.high, 2);
  });

  test('is the same each time', () => {
    expect(bootstrapDifference(seeds, OPTIONS)).toEqual(bootstrapDifference(seeds, OPTIONS));
  });

  test('is wider than one of seeds alone, where all dialogues differ', () => {
    const fixed = seeds.map(({ treatment, control }): CrossedSeed => {
      return { treatment: treatment.map(inOneDialogue), control: control.map(inOneDialogue) };
    });
    expect(widthOf(bootstrapDifference(seeds, OPTIONS))).toBeGreaterThan(
      widthOf(bootstrapDifference(fixed, OPTIONS)),
    );
  });

  test('is none where no seed has both values', () => {
    const missing = seeds.map((seed) => ({ ...seed, control: seed.control.map(withoutCells) }));
    expect(bootstrapDifference(missing, OPTIONS)).toBeNull();
  });
});

function widthOf(interval: { low: number; high: number } | null): number {
  return (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
}

function inOneDialogue(run: GatheredRun): GatheredRun {
  const cells = run.cells.map((row) =>
    row.map((cell) => ({
      examples: (cell?.examples ?? []).map((example) => ({ ...example, dialogue: 'one' })),
    })),
  );
  return { ...run, cells };
}

function withoutCells(run: GatheredRun): GatheredRun {
  return { ...run, cells: run.cells.map((row) => row.map(() => null)) };
}
