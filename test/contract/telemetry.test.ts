import { expect, test } from 'vitest';
import {
  addProgress,
  type MeasuredProgress,
  MOST_POINTS,
  type Telemetry,
  telemetrySchema,
} from '../../contract/telemetry.ts';

const at = (step: number, more: Partial<MeasuredProgress> = {}): MeasuredProgress => ({
  step,
  loss: 1 / step,
  tokensPerSecond: 100,
  ...more,
});

function gather(...progress: MeasuredProgress[]): Telemetry | undefined {
  return progress.reduce<Telemetry | undefined>(addProgress, undefined);
}

test('means are over the progress that tells a measure, memory and waits are the most', () => {
  const told = gather(
    at(1, { mfu: 0.2, peakMemoryBytes: 5, checkpointSeconds: 0 }),
    at(2, { tokensPerSecond: 400, peakMemoryBytes: 9, checkpointSeconds: 0.5 }),
    at(3, { mfu: 0.4, gpuPowerWatts: 700, peakMemoryBytes: 7, checkpointSeconds: 0.5 }),
  );
  expect(told).toMatchObject({
    step: 3,
    means: {
      tokensPerSecond: { mean: 200, of: 3 },
      mfu: { mean: expect.closeTo(0.3, 12), of: 2 },
      gpuPowerWatts: { mean: 700, of: 1 },
    },
    peakMemoryBytes: 9,
    checkpointSeconds: 0.5,
  });
  expect(told?.means).not.toHaveProperty('gpuUtilisation');
  expect(telemetrySchema.parse(told)).toEqual(told);
});

test('a step that is told again, or before any was done, changes nothing', () => {
  const once = gather(at(1), at(2));
  expect(gather(at(1), at(2), at(2, { loss: 9, tokensPerSecond: 0 }), at(1))).toEqual(once);
  expect(gather(at(0, { loss: null }))).toBeUndefined();
});

test('a long curve keeps its beginning, an even spacing and a bounded length', () => {
  const steps = Array.from({ length: 1000 }, (_, index) => at(index + 1, { learningRate: 0.1 }));
  const { curve = [], spacing = 0 } = gather(...steps) ?? {};
  expect(curve.length).toBeLessThanOrEqual(MOST_POINTS);
  expect(curve.length).toBeGreaterThan(MOST_POINTS / 2);
  expect(curve[0]).toEqual({ step: 1, loss: 1, learningRate: 0.1 });
  const gaps = curve.slice(1).map(({ step }, index) => step - (curve[index]?.step ?? 0));
  expect(new Set(gaps)).toEqual(new Set([spacing]));
});
