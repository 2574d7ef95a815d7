import { expect, test } from 'vitest';
import type { LedgerTry } from '../../contract/ledger.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import { joinCurves, summariseTraining } from '../../metrics/training.ts';

/** A try of 2 GPUs that ran for 100 s. */
function tried(given: Partial<LedgerTry>, told: Partial<Telemetry> | null): LedgerTry {
  return {
    condition: 'keep',
    seed: 1,
    block: 'travel',
    stage: 'train',
    unit: 'GPU',
    devices: 2,
    image: null,
    result: 'done',
    cause: null,
    start: '2026-01-02T03:04:05.000Z',
    end: '2026-01-02T03:05:45.000Z',
    spending: { useful: 120, repeated: 50, failed: 30, starting: 70, queued: 10 },
    telemetry: told && { step: 9, means: {}, curve: [], spacing: 1, ...told },
    warnings: [],
    ...given,
  };
}

const curve = (...steps: number[]) => steps.map((step) => ({ step, loss: 10 / step }));

test('a condition is told by means over all progress, and what nobody knew is null', () => {
  const tries = [
    tried({}, { means: { mfu: { mean: 0.2, of: 30 } }, peakMemoryBytes: 8, checkpointSeconds: 2 }),
    tried({}, { means: { mfu: { mean: 0.4, of: 10 } }, peakMemoryBytes: 5, checkpointSeconds: 3 }),
    tried({ stage: 'evaluate' }, null),
    tried({ condition: 'strip' }, {}),
  ];
  const unknown = { tokensPerSecond: null, gpuUtilisation: null, gpuPowerWatts: null };
  expect(summariseTraining(tries)).toEqual([
    {
      condition: 'keep',
      ...unknown,
      mfu: expect.closeTo((0.2 * 30 + 0.4 * 10) / 40, 12),
      peakMemoryBytes: 8,
      checkpointSeconds: 5,
      checkpointShare: 5 / 200,
    },
    {
      condition: 'strip',
      ...unknown,
      mfu: null,
      peakMemoryBytes: null,
      checkpointSeconds: null,
      checkpointShare: null,
    },
  ]);
});

test("a block's loss is that of its tries one after another, and what was done again counts", () => {
  const tries = [
    tried({}, { curve: curve(1, 2, 3, 4) }),
    tried({ seed: 2 }, { curve: curve(1, 2) }),
    tried({}, { curve: [{ step: 3, loss: 7 }, ...curve(4, 5)] }),
    tried({}, { curve: [] }),
  ];
  expect(joinCurves(tries)).toEqual([
    {
      condition: 'keep',
      seed: 1,
      block: 'travel',
      points: [...curve(1, 2), { step: 3, loss: 7 }, ...curve(4, 5)],
    },
    { condition: 'keep', seed: 2, block: 'travel', points: curve(1, 2) },
  ]);
});
