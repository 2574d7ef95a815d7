/** What may be set on the built-in CPU learner: one schema for the spec that fills it and the learner that checks it. */

import { z } from 'zod';

export const learnerHyperparameters = z.strictObject({
  /** Passes over a block's examples. */
  epochs: z.int().min(1).max(1000).default(6),
  /** AdaGrad's rate. */
  learningRate: z.number().positive().max(10).default(0.25),
  /** Weight decay towards zero, on the parameters that a step touches. */
  l2: z.number().min(0).max(1).default(0.000001),
  /** Examples per step. */
  batchSize: z.int().min(1).max(4096).default(4),
  /** Longer prompts lose their oldest turns. */
  maxPromptTokens: z.int().min(16).max(1_000_000).default(4096),
  /** Longer targets are left out of training; generation stops there. */
  maxTargetTokens: z.int().min(8).max(10_000).default(512),
  /** The table of hashed parameters has two to this power of them. */
  tableBits: z.int().min(10).max(24).default(20),
});

export type LearnerHyperparameters = z.infer<typeof learnerHyperparameters>;
