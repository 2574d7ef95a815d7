/** What may be set on the built-in CPU learner: one schema for the spec that fills it and the learner that checks it. */

import { z } from 'zod';

export const learnerHyperparameters = z.strictObject({
  epochs: z.int().min(1).max(1000).default(6).describe("Passes over a block's examples."),
  learningRate: z.number().positive().max(10).default(0.25).describe("AdaGrad's rate."),
  l2: z
    .number()
    .min(0)
    .max(1)
    .default(0.000001)
    .describe('Weight decay towards zero, on the parameters that a step touches.'),
  batchSize: z.int().min(1).max(4096).default(4).describe('Examples per step.'),
  maxPromptTokens: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(4096)
    .describe('Longer prompts lose their oldest turns.'),
  maxTargetTokens: z
    .int()
    .min(8)
    .max(10_000)
    .default(512)
    .describe('Longer targets are left out of training; generation stops there.'),
  tableBits: z
    .int()
    .min(10)
    .max(24)
    .default(19)
    .describe('The table of hashed parameters has two to this power of them.'),
});

export type LearnerHyperparameters = z.infer<typeof learnerHyperparameters>;
