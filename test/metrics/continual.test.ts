import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureContinual } from '../../metrics/continual.ts';
import fixture from './fixtures/estimates.json' with { type: 'json' };

/** The full evaluation of arXiv 2605.09734, in percent. */
const STRIP = [
  [47.6, 36.5, 32.0, 25.2],
  [42.1, 55.8, 30.1, 28.0],
  [39.7, 45.2, 41.7, 27.1],
  [35.7, 43.3, 32.0, 45.8],
];
const KEEP = [
  [61.1, 57.7, 42.7, 43.9],
  [55.6, 67.3, 45.6, 49.5],
  [52.4, 62.5, 53.4, 51.4],
  [57.9, 61.5, 44.7, 63.6],
];

/** Worked by hand below: three domains, one that is forgotten and learned again. */
const SMALL = [
  [0.8, 0.1, 0.2],
  [0.4, 0.9, 0.3],
  [0.6, 0.5, 0.7],
];
const ZERO_SHOT = [0.3, 0.2, 0.1];

describe('the two matrices that arXiv 2605.09734 publishes', () => {
  test.each([
    { name: 'A, without the trace', matrix: STRIP, accuracy: 39.2, bwt: -11.4 },
    { name: 'B, with the trace', matrix: KEEP, accuracy: 56.9, bwt: -5.9 },
  ])('$name gives average accuracy $accuracy and BWT $bwt', ({ matrix, accuracy, bwt }) => {
    const metrics = measureContinual({ matrix, zeroShot: [null, null, null, null] });
    expect(metrics.averageAccuracy).toBeCloseTo(accuracy, 1);
    expect(metrics.bwt).toBeCloseTo(bwt, 1);
  });

  test('gives no FWT, which needs a zero-shot row that was never published', () => {
    const metrics = measureContinual({ matrix: KEEP, zeroShot: [null, null, null, null] });
    expect(metrics.fwt).toBeNull();
    expect(metrics.zeroShotAccuracy).toBeNull();
  });
});

describe('a matrix worked by hand', () => {
  const metrics = measureContinual({ matrix: SMALL, zeroShot: ZERO_SHOT });

  test('averages the last row over all domains', () => {
    expect(metrics.averageAccuracy).toBeCloseTo((0.6 + 0.5 + 0.7) / 3, 12);
  });

  test('divides BWT by the domains but the last', () => {
    expect(metrics.bwt).toBeCloseTo((0.6 - 0.8 + (0.5 - 0.9)) / 2, 12);
  });

  test('takes FWT from the checkpoint before a domain is learned, less zero-shot', () => {
    expect(metrics.fwt).toBeCloseTo((0.1 - 0.2 + (0.3 - 0.1)) / 2, 12);
  });

  test('takes forgetting from the best score before the last block', () => {
    expect(metrics.forgetting).toBeCloseTo((0.8 - 0.6 + (0.9 - 0.5)) / 2, 12);
  });

  test('takes each area from the block that teaches the domain on', () => {
    const first = ((0.8 + 0.4) / 2 + (0.4 + 0.6) / 2) / 2;
    const second = (0.9 + 0.5) / 2;
    expect(metrics.aulc).toBeCloseTo((first + second + 0.7) / 3, 12);
  });

  test('lets a domain that rises after its block count as negative forgetting', () => {
    const rising = {
      matrix: [
        [0.2, 0],
        [0.6, 0.5],
      ],
      zeroShot: [0, 0],
    };
    expect(measureContinual(rising).forgetting).toBeCloseTo(-0.4, 12);
  });
});

test.each(fixture.matrices)(
  'against NumPy: $averageAccuracy',
  ({ matrix, zeroShot, ...expected }) => {
    const metrics = measureContinual({ matrix, zeroShot });
    for (const [name, value] of Object.entries(expected))
      expect(metrics[name as keyof typeof metrics]).toBeCloseTo(value, 12);
  },
);

describe('what cannot be known is null', () => {
  test('every metric that needs a missing cell, and no other', () => {
    const matrix = SMALL.map((row, i) =>
      row.map((value, j) => (i === 1 && j === 0 ? null : value)),
    );
    const metrics = measureContinual({ matrix, zeroShot: ZERO_SHOT });
    expect(metrics.forgetting).toBeNull();
    expect(metrics.aulc).toBeNull();
    expect(metrics.averageAccuracy).not.toBeNull();
    expect(metrics.bwt).not.toBeNull();
    expect(metrics.fwt).not.toBeNull();
  });

  test('FWT and zero-shot alone when only domains seen so far were evaluated', () => {
    const matrix = SMALL.map((row, i) => row.map((value, j) => (j > i ? null : value)));
    const { fwt, zeroShotAccuracy, ...others } = measureContinual({
      matrix,
      zeroShot: [null, null, null],
    });
    expect([fwt, zeroShotAccuracy]).toEqual([null, null]);
    expect(Object.values(others)).not.toContain(null);
  });

  test('transfer and forgetting of a stream of one domain', () => {
    expect(measureContinual({ matrix: [[0.5]], zeroShot: [0.1] })).toEqual({
      averageAccuracy: 0.5,
      bwt: null,
      fwt: null,
      forgetting: null,
      aulc: 0.5,
      zeroShotAccuracy: 0.1,
    });
  });
});

describe('a condition of one checkpoint', () => {
  const joint = measureContinual({ matrix: [[0.9, 0.6, 0.3]], zeroShot: ZERO_SHOT });

  test('has an average accuracy over all domains', () => {
    expect(joint.averageAccuracy).toBeCloseTo(0.6, 12);
    expect(joint.zeroShotAccuracy).toBeCloseTo(0.2, 12);
  });

  test('has nothing that compares checkpoints', () => {
    const { bwt, fwt, forgetting, aulc } = joint;
    expect([bwt, fwt, forgetting, aulc]).toEqual([null, null, null, null]);
  });

  test('has no average accuracy where a domain is missing', () => {
    const holed = measureContinual({ matrix: [[0.9, null, 0.3]], zeroShot: ZERO_SHOT });
    expect(holed.averageAccuracy).toBeNull();
  });
});

describe('for any complete matrix', () => {
  const fraction = fc.integer({ min: 0, max: 100 }).map((value) => value / 100);
  const square = fc.integer({ min: 2, max: 6 }).chain((n) =>
    fc.record({
      matrix: fc.array(fc.array(fraction, { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
      zeroShot: fc.array(fraction, { minLength: n, maxLength: n }),
    }),
  );

  test('forgetting is at least minus BWT, since the best score is at least the first', () => {
    fc.assert(
      fc.property(square, (accuracies) => {
        const { forgetting, bwt } = measureContinual(accuracies);
        expect((forgetting ?? Number.NaN) + (bwt ?? Number.NaN)).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  test('a higher last row raises accuracy and BWT and lowers forgetting by the same', () => {
    fc.assert(
      fc.property(square, ({ matrix, zeroShot }) => {
        const raised = matrix.map((row, i) =>
          i === matrix.length - 1 ? row.map((value) => value + 0.25) : row,
        );
        const before = measureContinual({ matrix, zeroShot });
        const after = measureContinual({ matrix: raised, zeroShot });
        const change = (name: 'averageAccuracy' | 'forgetting'): number =>
          (after[name] ?? Number.NaN) - (before[name] ?? Number.NaN);
        expect(change('averageAccuracy')).toBeCloseTo(0.25, 12);
        expect(change('forgetting')).toBeCloseTo(-0.25, 12);
        expect(after.fwt).toBe(before.fwt);
      }),
    );
  });

  test('one removed cell leaves every metric as it was or makes it null', () => {
    fc.assert(
      fc.property(square, fc.nat(), fc.nat(), ({ matrix, zeroShot }, i, j) => {
        const n = matrix.length;
        const holed = matrix.map((row, r) =>
          row.map((value, c) => (r === i % n && c === j % n ? null : value)),
        );
        const whole = measureContinual({ matrix, zeroShot });
        const partial = measureContinual({ matrix: holed, zeroShot });
        for (const [name, value] of Object.entries(partial))
          expect([null, whole[name as keyof typeof whole]]).toContain(value);
      }),
    );
  });
});
