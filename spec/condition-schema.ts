import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { label, matchedCondition, script } from './fields.ts';
import { LIMITS } from './limits.ts';

/** How a condition renders examples, and how it trains on them. */

export const TRACES = ['keep', 'strip', 'shuffle', 'filler'] as const;
export const STRATEGIES = ['sequential', 'joint', 'zero-shot'] as const;

const TRACE_WORDS =
  "Earlier calls and their results in a prompt: kept; stripped; kept with other dialogues' results (shuffle); or replaced by neutral text of as many tokens (filler).";

const side = z.enum(TRACES).describe(TRACE_WORDS);

const trace = z
  .union([
    side,
    z
      .strictObject({ train: side, eval: side })
      .describe('What is learned from, and what is seen when calls are predicted.'),
  ])
  .describe(`${TRACE_WORDS} A single word sets both train and eval.`);

const count = z.int().min(1).max(10_000_000);

export const condition = z
  .strictObject({
    trace,
    strategy: z
      .enum(STRATEGIES)
      .default(DEFAULTS.condition.strategy)
      .describe(
        'One domain after another; all domains at once, the upper bound (joint); or no training, the lower (zero-shot).',
      ),
    replay: z
      .number()
      .gt(0)
      .max(100)
      .optional()
      .describe(
        "Adds examples of earlier domains to each block, drawn uniformly: this many times the block's own. TRACE uses 0.1.",
      ),
    tokens: matchedCondition()
      .optional()
      .describe(
        "match(other): each block takes whole examples only up to the other condition's tokens, so that neither trains on more.",
      )
      .meta({ examples: ['match(strip)'] }),
    limit: count.optional().describe('Examples of a domain to train on at most.'),
    upsample: count
      .optional()
      .describe(
        'Examples of a domain to train on at least: they are repeated until it is reached.',
      ),
    render: script()
      .optional()
      .describe('A TypeScript file beside this one that renders examples in its own way.')
      .meta({ examples: ['./last-result.ts'] }),
    hyperparameters: z
      .record(z.string(), z.json())
      .optional()
      .describe(
        "Hyperparameters under this condition alone, over those of the trainer. Part of this condition's keys.",
      )
      .meta({ examples: [{ method: 'ewc' }] }),
    tellDomains: z
      .literal(true)
      .optional()
      .describe(
        "Tells the trainer which domains a block teaches, as one that keeps an adapter a domain has to know. Part of this condition's keys.",
      ),
  })
  .describe('How examples are rendered, for training and for evaluation.');

export const conditions = z
  .record(label(), condition)
  .refine((named) => Object.keys(named).length > 0, 'at least one condition')
  .refine(
    (named) => Object.keys(named).length <= LIMITS.conditions,
    `at most ${LIMITS.conditions} conditions`,
  )
  .describe('What is compared, by name. All conditions run at the same seeds.');
