import { z } from 'zod';

/** What training costs, as its trainer measures it, and how its loss falls. None of it can change a result. */

const amount = z.number().nonnegative();

/** What a progress tells beside step and loss, where its trainer knows it. */
export const MEASURES = {
  learningRate: amount.optional(),
  gradientNorm: amount.optional().describe('Before it is clipped.'),
  penalty: z
    .number()
    .optional()
    .describe(
      'What a continual-learning method adds to the loss, in its unit and over the same steps.',
    ),
  mfu: amount
    .optional()
    .describe(
      'Model FLOPs utilisation since the last progress: FLOPs that the model needs for its tokens over the peak of its GPUs.',
    ),
  gpuUtilisation: amount
    .max(1)
    .optional()
    .describe(
      'Share of the time since the last progress in which its GPUs did anything, where it knows: GPUs that stay idle without a further step count as stalled.',
    ),
  gpuPowerWatts: amount.optional().describe('Mean since the last progress, all GPUs together.'),
  checkpointSeconds: amount
    .optional()
    .describe('That training waited for its checkpoints, since the trainer started.'),
};

const measures = z.object(MEASURES);
export type Measures = z.infer<typeof measures>;

export interface MeasuredProgress extends Measures {
  step: number;
  loss: number | null;
  tokensPerSecond: number;
  peakMemoryBytes?: number | undefined;
}

/** Of these a mean over all progress is kept. */
export const MEANS = ['tokensPerSecond', 'mfu', 'gpuUtilisation', 'gpuPowerWatts'] as const;
export type MeanName = (typeof MEANS)[number];

const mean = z.strictObject({ mean: amount, of: z.int().positive() });

/** Of one try. */
export const telemetrySchema = z.strictObject({
  /** The furthest step that was told. */
  step: z.int().nonnegative(),
  means: z.strictObject({
    tokensPerSecond: mean.optional(),
    mfu: mean.optional(),
    gpuUtilisation: mean.optional(),
    gpuPowerWatts: mean.optional(),
  }),
  peakMemoryBytes: amount.optional(),
  checkpointSeconds: amount.optional(),
  curve: z.array(
    z.strictObject({
      step: z.int().nonnegative(),
      loss: z.number(),
      learningRate: amount.optional(),
    }),
  ),
  /** Steps from one point of the curve to the next. */
  spacing: z.int().positive(),
});
export type Telemetry = z.infer<typeof telemetrySchema>;

/** So many points of a curve are kept: when there are more, every second goes. */
export const MOST_POINTS = 100;

const NOTHING: Telemetry = { step: 0, means: {}, curve: [], spacing: 1 };

/**
 * Takes a further step in. One that was told before, again by a trainer in a long step or by a log that is read again from
 * its beginning, changes nothing.
 */
export function addProgress(
  known: Telemetry | undefined,
  progress: MeasuredProgress,
): Telemetry | undefined {
  const before = known ?? NOTHING;
  if (progress.step <= before.step) return known;
  const { step, peakMemoryBytes, checkpointSeconds } = progress;
  return {
    step,
    means: addMeans(before.means, progress),
    ...highest('peakMemoryBytes', before.peakMemoryBytes, peakMemoryBytes),
    ...highest('checkpointSeconds', before.checkpointSeconds, checkpointSeconds),
    ...addPoint(before, progress),
  };
}

function addMeans(means: Telemetry['means'], progress: MeasuredProgress): Telemetry['means'] {
  const added = MEANS.flatMap((name) => {
    const value = progress[name];
    if (value === undefined) return [];
    const { mean: before, of } = means[name] ?? { mean: 0, of: 0 };
    return [[name, { mean: before + (value - before) / (of + 1), of: of + 1 }] as const];
  });
  return { ...means, ...Object.fromEntries(added) };
}

function highest(
  name: 'peakMemoryBytes' | 'checkpointSeconds',
  ...values: (number | undefined)[]
): Partial<Telemetry> {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? { [name]: Math.max(...known) } : {};
}

function addPoint(
  { curve, spacing }: Telemetry,
  { step, loss, learningRate }: MeasuredProgress,
): Pick<Telemetry, 'curve' | 'spacing'> {
  const last = curve.at(-1);
  if (loss === null || (last && step < last.step + spacing)) return { curve, spacing };
  const longer = [...curve, { step, loss, ...(learningRate !== undefined && { learningRate }) }];
  return longer.length <= MOST_POINTS
    ? { curve: longer, spacing }
    : { curve: longer.filter((_, index) => index % 2 === 0), spacing: 2 * spacing };
}
