import { expect, test } from 'vitest';
import { tellProgress } from '../../activities/pod-progress.ts';
import { type ComputeProgress, noSteps } from '../../compute/compute.ts';
import type { TrainerWarning } from '../../contract/trainer-warnings.ts';
import { tellFollower } from '../../worker/tell-follower.ts';

const at = (step: number): ComputeProgress => ({
  ...noSteps('train'),
  step,
  loss: 0.5,
  mfu: 0.4,
  gpuPowerWatts: 610,
  peakMemoryBytes: 8,
});

/** A carrier's lines as the worker understands them that follows its pod. */
function follow(): {
  teller: ReturnType<typeof tellFollower>;
  lines: string[];
  progress: ComputeProgress[];
  warnings: TrainerWarning[][];
} {
  const [progress, warnings, lines]: [ComputeProgress[], TrainerWarning[][], string[]] = [
    [],
    [],
    [],
  ];
  const reader = tellProgress(
    (told) => progress.push(told),
    (told) => warnings.push(told),
  );
  reader.onState({ stage: 'train', speaks: true });
  const teller = tellFollower((line) => {
    lines.push(line);
    reader.onCarrier(line);
  });
  return { teller, lines, progress, warnings };
}

test('progress and warnings of a pod reach its follower whole', () => {
  const { teller, progress, warnings } = follow();
  teller.onProgress(at(1));
  teller.onWarnings([{ message: 'hot', times: 1 }]);
  expect(progress).toEqual([at(1)]);
  expect(warnings).toEqual([[{ message: 'hot', times: 1 }]]);
});

test('what comes too fast is held back, and said at the end', () => {
  const { teller, lines, progress, warnings } = follow();
  for (let times = 1; times <= 500; times++) {
    teller.onProgress(at(times));
    teller.onWarnings([{ message: 'hot', times }]);
  }
  teller.end();
  expect(lines).toHaveLength(4);
  expect(progress.at(-1)).toEqual(at(500));
  expect(warnings.at(-1)).toEqual([{ message: 'hot', times: 500 }]);
});

test('a carrier that waits for another is shown to wait, and its pod again while the trainer starts', () => {
  const stages: string[] = [];
  const reader = tellProgress(
    ({ stage, step }) => stages.push(`${stage} ${step}`),
    () => undefined,
  );
  const { onProgress } = tellFollower((line) => reader.onCarrier(line));
  reader.onState({ stage: 'starting', cause: 'start-deadline' });
  reader.onState({ stage: 'starting', speaks: true });
  onProgress(noSteps('waiting'));
  reader.onState({ stage: 'starting', speaks: true });
  onProgress({ ...noSteps('train'), step: 40 });
  reader.onState({ stage: 'starting', cause: 'start-deadline' });
  reader.onState({ stage: 'train', speaks: true });
  expect(stages).toEqual(['starting 0', 'waiting 0', 'train 40', 'starting 0', 'train 40']);
});
