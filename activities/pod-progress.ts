import { z } from 'zod';
import { type ComputeProgress, noSteps } from '../compute/compute.ts';
import { MEASURES } from '../contract/telemetry.ts';
import { type TrainerWarning, trainerWarning } from '../contract/trainer-warnings.ts';
import type { PodState } from '../k8s/pod-state.ts';
import type { JobHooks } from '../k8s/run-job.ts';

/** What a carrier prints of its trainer, one JSON object a line; for people only. */
const progressSchema: z.ZodType<ComputeProgress> = z.object({
  stage: z.enum(['waiting', 'starting', 'train', 'evaluate']),
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number().optional(),
  ...MEASURES,
});

const warningsSchema = z.object({ warnings: z.array(trainerWarning) });

/** Shows how a pod stands until it runs, and from then on what its carrier says. */
export function tellProgress(
  onProgress: (progress: ComputeProgress) => void,
  onWarnings: (warnings: TrainerWarning[]) => void,
): Pick<JobHooks, 'onCarrier'> & { onState: (state: PodState) => void } {
  let rest = '';
  return {
    onState: ({ stage, message }: PodState) => {
      if (stage !== 'train') onProgress(noSteps(stage, message));
    },
    onCarrier: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const said = readJson(line);
        const progress = progressSchema.safeParse(said).data;
        if (progress) onProgress(progress);
        const told = warningsSchema.safeParse(said).data;
        if (told) onWarnings(told.warnings);
      }
    },
  };
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
