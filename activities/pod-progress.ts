import { z } from 'zod';
import { type ComputeProgress, noSteps } from '../compute/compute.ts';
import type { PodState } from '../k8s/pod-state.ts';
import type { JobHooks } from '../k8s/run-job.ts';

/** What a carrier prints of its trainer, one JSON object a line; for people only. */
const progressSchema: z.ZodType<ComputeProgress> = z.object({
  stage: z.enum(['waiting', 'starting', 'train', 'evaluate']),
  step: z.number(),
  steps: z.number(),
  loss: z.number().nullable(),
  tokensPerSecond: z.number(),
});

/** Shows how a pod stands until it runs, and from then on what its carrier says. */
export function tellProgress(
  onProgress: (progress: ComputeProgress) => void,
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
        const progress = readProgress(line);
        if (progress) onProgress(progress);
      }
    },
  };
}

function readProgress(line: string): ComputeProgress | undefined {
  try {
    return progressSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
