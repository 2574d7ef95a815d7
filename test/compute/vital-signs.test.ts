import { expect, test } from 'vitest';
import { createVitalSigns } from '../../compute/vital-signs.ts';
import type { TrainerEvent } from '../../contract/trainer-events.ts';

const at = (step: number, gpuUtilisation?: number): TrainerEvent => ({
  type: 'progress',
  step,
  steps: 9,
  loss: null,
  tokens: 0,
  tokensPerSecond: 0,
  peakMemoryBytes: 0,
  ...(gpuUtilisation !== undefined && { gpuUtilisation }),
});

test.each<[string, TrainerEvent[], boolean]>([
  ['a further step', [at(1, 0), at(2, 0)], true],
  ['the same step with busy GPUs', [at(1, 0.6), at(1, 0.6)], true],
  ['the same step, where nothing is known of GPUs', [at(1), at(1)], true],
  ['a checkpoint', [at(1, 0), { type: 'checkpoint', step: 1 }], true],
  ['the same step with idle GPUs', [at(1, 0.5), at(1, 0.004)], false],
  ['a step that was gone back to after damage', [at(5, 0), at(2, 0)], true],
])('%s', (_what, events, expected) => {
  const isAtWork = createVitalSigns();
  expect(events.map(isAtWork).at(-1)).toBe(expected);
});
