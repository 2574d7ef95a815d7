import { z } from 'zod';
import { type ComputeProgress, noSteps } from '../compute/compute.ts';
import { MEASURES } from '../contract/telemetry.ts';
import { type TrainerWarning, trainerWarning } from '../contract/trainer-warnings.ts';
import type { PodState } from '../k8s/pod-state.ts';
import type { JobHooks } from '../k8s/run-job.ts';

/** What a carrier prints of its trainer, one JSON object a line; for people only. */
const progressSchema: z.ZodType<ComputeProgress> = z.object({
  stage: z.enum(['waiting', 'starting', 'train', 'evaluate']),
  message: z.string().optional(),
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number().optional(),
  ...MEASURES,
});

const warningsSchema = z.object({ warnings: z.array(trainerWarning) });

/** Shows how a pod stands, and while its carrier is at work what that says. */
export function tellProgress(
  onProgress: (progress: ComputeProgress) => void,
  onWarnings: (warnings: TrainerWarning[]) => void,
): Pick<JobHooks, 'onCarrier'> & { onState: (state: PodState) => void } {
  let rest = '';
  let speaks = false;
  /** What it said last, perhaps before the trainer's container started. */
  let last: ComputeProgress | undefined;
  return {
    onState: (state: PodState) => {
      if (state.stage === 'queued') last = undefined; // Its next pod has another carrier.
      if (!state.speaks) onProgress(noSteps(state.stage, state.message));
      else if (!speaks && last) onProgress(last);
      speaks = state.speaks ?? false;
    },
    onCarrier: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const said = readJson(line);
        const progress = progressSchema.safeParse(said).data;
        if (progress) {
          last = progress;
          if (speaks) onProgress(progress);
        }
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
