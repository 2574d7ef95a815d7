import { z } from 'zod';
import { label } from './fields.ts';
import { LIMITS } from './limits.ts';

/** Counts that have to come out before anything is trained. */

const examplesOrTokens = z.int().nonnegative();

const count = z
  .union([examplesOrTokens, z.record(z.string(), examplesOrTokens)])
  .describe('A number for all seeds, or a mapping with one for each: { 1: 12345, 2: 12401 }.');

const blocks = z
  .record(z.string(), count)
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
      .meta({ examples: [{ strip: { travel: 12_345, banking: { 1: 12_345, 2: 12_401 } } }] }),
    targetTokens: conditions.optional().describe('By condition and domain: those that carry loss.'),
  })
  .describe(
    'What the trainer has to count in the training data of a block, as `ratchet plan --counts` prints it. Counted before the sweep begins, which is refused where anything else comes out. Does not change results.',
  );

export type Expected = z.output<typeof expected>;
export type ExpectedCount = z.output<typeof count>;
