import { z } from 'zod';
import { MEASURES } from './telemetry.ts';

/** What a trainer appends to `events.jsonl`, one JSON object a line. Fields that are not named here are let pass. */

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const progress = z
  .object({
    type: z.literal('progress'),
    step: count,
    steps: count.describe('Of the whole block; 0 while it is not known yet.'),
    loss: z
      .number()
      .nullable()
      .describe(
        'Mean loss since the last progress, in nats, without penalties: of the built-in learner per example, of ratchet-trainer per target token; null when nothing was trained.',
      ),
    tokens: count.describe('Processed so far.'),
    tokensPerSecond: amount.describe('Since the last progress, over all GPUs.'),
    peakMemoryBytes: amount.describe('Most that was ever allocated: on a GPU, or in the process.'),
    ...MEASURES,
  })
  .describe(
    'How far training came; at least one every ten minutes, or the trainer counts as stalled.',
  );

const checkpoint = z
  .object({ type: z.literal('checkpoint'), step: count })
  .describe(
    'A resumable checkpoint (weights, optimiser, schedule, random state, data cursor) stands complete in `checkpoints/<step>`: written elsewhere, synced, then renamed. Its folder is removed once it is stored; while two stand, the trainer waits.',
  );

const exampleSize = z.object({
  tokens: count.describe('Of prompt and target after truncation; 0 where it is dropped.'),
  targetTokens: count,
  turnsLost: count.describe('Oldest turns that were cut.'),
  dropped: z.boolean(),
});

const counted = z
  .object({
    type: z.literal('count'),
    name: z.string(),
    examples: count,
    tokens: count.describe('Of prompts and targets after truncation.'),
    targetTokens: count.describe('Tokens that carry loss.'),
    truncatedExamples: count.describe(
      'Examples that were cut: of their oldest turns, or elsewhere.',
    ),
    truncatedTurns: count.describe('The turns lost.'),
    droppedExamples: count.describe(
      'Examples left out because their target would have been empty or cut.',
    ),
    sizes: z
      .array(exampleSize)
      .optional()
      .describe('One for each example, in the order of the file, where the job asks for them.'),
  })
  .describe(
    'Sizes of one data file. The answer of a count job; `train` announces its data (name `train`) and `generate` each prompt file with one as well, before they begin.',
  );

const targetLoss = z
  .object({
    nats: amount.describe("Of all targets' tokens, each given its prompt and those before it."),
    tokens: z.int().positive(),
  })
  .describe(
    'Negative log-likelihood of the targets that came with the prompts, under the weights that predicted; absent where the trainer does not know it.',
  );

const predictions = z
  .object({
    type: z.literal('predictions'),
    name: z.string(),
    file: z.string(),
    truncated: count
      .optional()
      .describe("Predictions that ended at the trainer's limit of new tokens, where it knows."),
    loss: targetLoss.optional(),
  })
  .describe(
    'All predictions of one prompt file stand in `file`: JSONL of `{ id, text }`, in the order of the prompts; of several draws `{ id, draw, text }`, all draws of a prompt together.',
  );

const result = z
  .object({ type: z.literal('result'), steps: count, tokens: count })
  .describe(
    "The last event. A train job's weights (no optimiser state) stand complete in `weights/`.",
  );

const warning = z
  .object({ type: z.literal('warning'), message: z.string() })
  .describe(
    'Something a person should know, never fatal. Print it too: the log is what people read.',
  );

export const trainerEvent = z.discriminatedUnion('type', [
  progress,
  checkpoint,
  counted,
  predictions,
  result,
  warning,
]);

export type TrainerEvent = z.infer<typeof trainerEvent>;
export type CountEvent = z.infer<typeof counted>;
export type PredictionsEvent = z.infer<typeof predictions>;
/** What is left of one example under the trainer's tokenizer and limits. */
export type ExampleSize = z.infer<typeof exampleSize>;

export const prediction = z.object({
  id: z.string().describe("The prompt's."),
  draw: z
    .int()
    .nonnegative()
    .optional()
    .describe('From 0, where the job asks for several draws; else absent.'),
  text: z.string().describe('What was generated, as it is: only the scorer parses it.'),
});
