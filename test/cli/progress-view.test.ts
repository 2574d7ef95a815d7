import { expect, test } from 'vitest';
import { drawProgress } from '../../cli/progress-view.ts';
import type { ActivityView, SweepView } from '../../cli/progress.ts';

const TRAINING: ActivityView = {
  label: 'train travel',
  stage: 'train',
  attempt: 1,
  step: 3,
  steps: 9,
  loss: 0.5,
  tokensPerSecond: 12345.6,
};

function draw(activity: ActivityView): string {
  const view: SweepView = {
    sweep: 'study-0123456789ab',
    state: 'running',
    blocks: { total: 1, settled: 0 },
    cells: { total: 1, settled: 0 },
    lineages: [
      {
        label: 'keep/1',
        status: 'running',
        blocks: 1,
        blocksSettled: 0,
        activities: [activity],
        isBusy: true,
      },
    ],
    failures: [],
    parallelism: 1,
    computeSeconds: 0,
  };
  return drawProgress(view, undefined);
}

test('of a training that runs its step, loss, speed and MFU are shown', () => {
  expect(draw({ ...TRAINING, mfu: 0.412 })).toContain(
    'train travel 3/9 loss 0.50 12346 tok/s MFU 41.2 %',
  );
});

test('an MFU that is not known is not shown, nor are steps while weights load', () => {
  expect(draw(TRAINING)).not.toContain('MFU');
  const loading = { ...TRAINING, step: 0, steps: 0, loss: null, tokensPerSecond: 0 };
  expect(draw(loading)).toMatch(/train travel$/m);
});
