import { z } from 'zod';
import { label } from './fields.ts';
import { LIMITS } from './limits.ts';

/** Counts that have to come out before anything is trained. */

const blocks = z
  .record(z.string(), z.int().nonnegative())
  .refine(
    (counts) => Object.keys(counts).length <= LIMITS.domains,
    `at most ${LIMITS.domains} domains`,
  );

const conditions = z.record(label(), blocks);

export const expected = z
  .strictObject({
    examples: conditions.optional().describe('By condition and domain, before any is dropped.'),
    tokens: conditions
      .optional()
      .describe('By condition and domain: of prompts and targets in one pass, after truncation.')
      .meta({ examples: [{ strip: { travel: 12_345 } }] }),
    targetTokens: conditions.optional().describe('By condition and domain: those that carry loss.'),
  })
  .describe(
    'What the trainer has to count in the training data of a block, at every seed. Counted before the sweep begins, which is refused where anything else comes out. Does not change results.',
  );

export type Expected = z.output<typeof expected>;
