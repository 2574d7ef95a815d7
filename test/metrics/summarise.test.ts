import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  METRIC_NAMES,
  type Estimate,
  type Results,
  type RunResult,
} from '../../contract/results.ts';
import { OUTCOMES } from '../../contract/scores.ts';
import { serialiseResults, summariseSweep } from '../../metrics/summarise.ts';
import { sampleSweep } from './sample-sweep.ts';

const results = summariseSweep(sampleSweep());

function runsOf(of: Results, condition: string): RunResult[] {
  return of.conditions[condition]?.runs ?? [];
}

function meanOf(values: (number | null | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
}

describe('the public shape of results.json', () => {
  const parsed = JSON.parse(serialiseResults(results));

  test('has for each run its seed, order, matrix, zero-shot row and blocks', () => {
    const [run] = parsed.conditions.keep.runs;
    expect(run.seed).toBe(1);
    expect(run.order).toEqual(['account', 'schedule', 'health', 'office']);
    expect(run.matrix).toHaveLength(4);
    expect(run.matrix[0]).toHaveLength(4);
    expect(run.zeroShot).toHaveLength(4);
    expect(run.blocks[0]).toEqual({
      key: expect.stringMatching(/^\d{64}$/),
      domain: 'account',
      steps: 120,
      tokens: 33_600,
    });
  });

  test.each(METRIC_NAMES)('has %s of a condition as mean, low, high and n', (metric) => {
    const estimate: Estimate = parsed.conditions.strip[metric];
    expect(Object.keys(estimate)).toEqual(['mean', 'low', 'high', 'n']);
    expect(estimate.n).toBe(5);
    expect(estimate.low).toBeLessThanOrEqual(estimate.mean ?? Number.NaN);
    expect(estimate.high).toBeGreaterThanOrEqual(estimate.mean ?? Number.NaN);
  });

  test('prints every formula, its divisor and every convention beside the numbers', () => {
    for (const name of METRIC_NAMES) expect(parsed.metrics[name].divisor).toContain('N');
    expect(Object.keys(parsed.conventions)).toEqual(['exact', 'paper-1', 'bfcl']);
    expect(parsed.learner.description).toContain('no language model');
  });

  test('tells nothing of when or how it ran', () => {
    const text = serialiseResults(results);
    for (const word of ['attempt', 'start', 'host', 'reused', 'duration'])
      expect(text).not.toContain(word);
    expect(text).not.toMatch(/\d{4}-\d\d-\d\dT/);
  });
});

describe('numbers', () => {
  test('of a cell are the share that is right under the headline convention', () => {
    for (const run of runsOf(results, 'keep'))
      run.matrix.forEach((row, i) => {
        row.forEach((value, j) => {
          const cell = run.cells[i]?.[j];
          expect(value).toBe((cell?.right.exact ?? Number.NaN) / (cell?.examples ?? Number.NaN));
        });
      });
  });

  test('follow the headline convention', () => {
    const bfcl = summariseSweep({ ...sampleSweep(), convention: 'bfcl' });
    const [keep] = runsOf(bfcl, 'keep');
    expect(keep?.metrics.averageAccuracy).toBe(keep?.averageAccuracyBy.bfcl);
    expect(bfcl.conditions['keep']?.averageAccuracy.mean).toBeGreaterThan(
      results.conditions['keep']?.averageAccuracy.mean ?? Number.NaN,
    );
  });

  test('of outcomes add up to one and begin with accuracy under exact', () => {
    for (const { outcomes, averageAccuracy } of Object.values(results.conditions)) {
      expect(OUTCOMES.reduce((sum, kind) => sum + (outcomes[kind].mean ?? 0), 0)).toBeCloseTo(
        1,
        12,
      );
      expect(outcomes.exact.mean).toBeCloseTo(averageAccuracy.mean ?? Number.NaN, 12);
      expect(outcomes.malformed.mean).not.toBeNull();
    }
  });

  test('average domains evenly, however many examples they have', () => {
    const input = sampleSweep({ seeds: 1, conditions: ['keep'], domains: ['large', 'small'] });
    const cells = input.runs[0]?.cells ?? [];
    const last = cells.at(-1) ?? [];
    last[1] = { examples: last[1]?.examples.slice(0, 1) ?? [] };
    const [run] = runsOf(summariseSweep(input), 'keep');
    const row = run?.matrix.at(-1) ?? [];
    expect(run?.metrics.averageAccuracy).toBeCloseTo(meanOf(row), 12);
  });
});

describe('the seed is the unit', () => {
  const orders = [
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
  ];
  const several = summariseSweep(sampleSweep({ domains: ['a', 'b', 'c'], orders, seeds: 4 }));

  test('so orders are averaged within a seed and n counts seeds', () => {
    const runs = runsOf(several, 'keep');
    const accuracy = several.conditions['keep']?.averageAccuracy;
    expect(runs).toHaveLength(8);
    expect(accuracy?.n).toBe(4);
    expect(accuracy?.mean).toBeCloseTo(meanOf(runs.map((run) => run.metrics.averageAccuracy)), 12);
  });

  test('and differences pair the means of equal seeds', () => {
    const pair = several.question?.pairs.find(({ seed }) => seed === 2);
    const ofSeed = (condition: string): number =>
      meanOf(
        runsOf(several, condition)
          .filter(({ seed }) => seed === 2)
          .map((run) => run.metrics.averageAccuracy),
      );
    expect(pair?.difference).toBeCloseTo(ofSeed('keep') - ofSeed('strip'), 12);
  });

  test('and rows and columns of a matrix follow its own order', () => {
    const run = runsOf(several, 'keep')[1];
    expect(run?.order).toEqual(['c', 'b', 'a']);
    expect(run?.blocks.map(({ domain }) => domain)).toEqual(['c', 'b', 'a']);
  });
});

describe('a missing cell', () => {
  const holed = summariseSweep(
    sampleSweep({
      isMissing: ({ condition, seed, block, domain }) =>
        condition === 'strip' && seed === 3 && block === 3 && domain === 'health',
    }),
  );
  const strip = runsOf(holed, 'strip')[2];

  test('is null in the matrix and counted', () => {
    expect(strip?.matrix[3]?.[2]).toBeNull();
    expect(holed.cells).toEqual({ planned: 200, missing: 1 });
  });

  test('makes null what depends on it, and nothing else', () => {
    expect(strip?.metrics.averageAccuracy).toBeNull();
    expect(strip?.metrics.nameAccuracy).toBeNull();
    expect(strip?.outcomes.exact).toBeNull();
    expect(strip?.metrics.fwt).not.toBeNull();
  });

  test('takes its seed out of the estimate and out of the pairs', () => {
    expect(holed.conditions['strip']?.averageAccuracy.n).toBe(4);
    expect(holed.conditions['strip']?.fwt.n).toBe(5);
    expect(holed.question?.difference.n).toBe(4);
  });

  test('above the diagonal is none when only domains seen were to be evaluated', () => {
    const order = ['account', 'schedule', 'health', 'office'];
    const isMissing = (cell: { block: number; domain: string }): boolean =>
      order.indexOf(cell.domain) > cell.block;
    const seen = summariseSweep({ ...sampleSweep({ isMissing }), evaluate: 'seen' });
    expect(seen.cells).toEqual({ planned: 100, missing: 0 });
    expect(seen.conditions['keep']?.fwt).toEqual({ mean: null, low: null, high: null, n: 0 });
    expect(seen.conditions['keep']?.forgetting.n).toBe(5);
  });
});

describe('joint training and the untrained base', () => {
  const conditions = ['keep', 'joint', 'zero-shot'];
  const mixed = summariseSweep(
    sampleSweep({ conditions, joint: ['joint'], untrained: ['zero-shot'], seeds: 3 }),
  );

  test('have one row, whose mean is their average accuracy', () => {
    for (const name of ['joint', 'zero-shot']) {
      const [run] = runsOf(mixed, name);
      expect(run?.matrix).toHaveLength(1);
      expect(run?.metrics.averageAccuracy).toBeCloseTo(meanOf(run?.matrix[0] ?? []), 12);
      expect(mixed.conditions[name]?.forgetting).toEqual({
        mean: null,
        low: null,
        high: null,
        n: 0,
      });
    }
    expect(runsOf(mixed, 'zero-shot')[0]?.matrix[0]).toEqual(
      runsOf(mixed, 'zero-shot')[0]?.zeroShot,
    );
  });

  test('count each cell once', () => {
    expect(mixed.cells).toEqual({ planned: 3 * (20 + 8 + 4), missing: 0 });
  });
});

describe('comparisons', () => {
  test('answer the declared question first and call the rest exploratory', () => {
    const many = summariseSweep(sampleSweep({ conditions: ['keep', 'strip', 'shuffle'] }));
    expect(many.question?.verdict).not.toBeNull();
    expect(many.exploratory.every(({ verdict }) => verdict === null)).toBe(true);
    const others = many.exploratory.filter(({ treatment }) => treatment !== 'keep');
    expect(others.map(({ treatment, control, metric }) => [treatment, control, metric])).toEqual([
      ['shuffle', 'strip', 'averageAccuracy'],
    ]);
  });

  test('carry p values that hold for all exploratory ones together, the question its own', () => {
    const { question, exploratory } = summariseSweep(
      sampleSweep({ conditions: ['keep', 'strip', 'c'] }),
    );
    expect(question?.p.holm).toBeNull();
    const smallest = Math.min(...exploratory.map(({ p }) => p.t ?? 1));
    const holm = Math.min(...exploratory.map(({ p }) => p.holm ?? 1));
    expect(exploratory).toHaveLength(8);
    expect(holm).toBeCloseTo(Math.min(1, smallest * 8), 12);
  });

  test('of the declared question have a bootstrap beside them from ten seeds on', () => {
    const nine = summariseSweep(
      sampleSweep({ seeds: 10, isMissing: ({ seed, block }) => seed === 10 && block === 3 }),
    );
    expect(nine.question?.bootstrap).toBeNull();
    const { question, exploratory } = summariseSweep(sampleSweep({ seeds: 10 }));
    const { low = 0, high = 0 } = question?.bootstrap ?? {};
    expect(low).toBeLessThan(question?.difference.mean ?? Number.NaN);
    expect(high).toBeGreaterThan(question?.difference.mean ?? Number.NaN);
    expect(exploratory.every(({ bootstrap }) => bootstrap === null)).toBe(true);
  });

  test('stand first in the file, the declared question before everything measured', () => {
    const keys = Object.keys(JSON.parse(serialiseResults(results)));
    expect(keys.slice(0, 3)).toEqual(['format', 'sweep', 'question']);
  });

  test('are all exploratory without a question', () => {
    const open = summariseSweep({ ...sampleSweep(), question: null });
    expect(open.question).toBeNull();
    expect(open.exploratory.map(({ treatment, control }) => [treatment, control])).toEqual([
      ['strip', 'keep'],
    ]);
  });
});

describe('equal spec and data give equal bytes', () => {
  test('in whatever order the runs were gathered', () => {
    const input = sampleSweep({ seeds: 10, domains: ['a', 'b'] });
    const text = serialiseResults(summariseSweep(input));
    const order = fc.shuffledSubarray(input.runs, {
      minLength: input.runs.length,
      maxLength: input.runs.length,
    });
    fc.assert(
      fc.property(order, (runs) => {
        expect(serialiseResults(summariseSweep({ ...input, runs }))).toBe(text);
      }),
      { numRuns: 5 },
    );
  });

  test('and a run that is absent or gathered twice is refused', () => {
    const input = sampleSweep();
    expect(() => summariseSweep({ ...input, runs: input.runs.slice(1) })).toThrow(RangeError);
    expect(() =>
      summariseSweep({ ...input, runs: [...input.runs, ...input.runs.slice(0, 1)] }),
    ).toThrow(RangeError);
  });

  test('and end with a newline', () => {
    expect(serialiseResults(results).endsWith('}\n')).toBe(true);
  });
});
