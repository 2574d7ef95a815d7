import { z } from 'zod';
import { learnerHyperparameters } from '../contract/learner-hyperparameters.ts';
import { CONVENTIONS } from '../contract/scores.ts';
import { compute } from './compute-schema.ts';
import { conditions } from './condition-schema.ts';
import { DEFAULTS } from './defaults.ts';
import { STREAMS } from './seed-streams.ts';
import {
  blockKey,
  contrast,
  label,
  line,
  lines,
  storeLocation,
  weightsDigest,
  weightsLocation,
} from './fields.ts';
import { expected } from './expected-schema.ts';
import { LIMITS } from './limits.ts';
import { METRICS } from './metrics.ts';
import { published } from './published-schema.ts';
import { suite } from './suite-schema.ts';
import { SUITE_DOMAINS } from './suites.ts';

/** What a user may write: `ratchet/v1`. Editors get it as JSON Schema, so every field says what it is. */

const SPEC_VERSION = 'ratchet/v1';

const order = z.array(z.string()).min(1).describe('Every domain of the stream, once.');

const stream = z
  .strictObject({
    domains: z
      .array(z.string())
      .min(1)
      .max(LIMITS.domains)
      .describe('Domains to learn, one block each, in this order.')
      .meta({ examples: [SUITE_DOMAINS.builtin, SUITE_DOMAINS['api-bank']] }),
    orders: z
      .union([z.literal('all'), z.array(order).min(1).max(LIMITS.orders)])
      .optional()
      .describe('Orders to walk: a list of orders, or all. Default: the order of domains.'),
  })
  .describe('What is learned one after another.');

const seed = z.int().min(0).max(LIMITS.largestSeed);

const seedCount = z.int().min(1).max(LIMITS.seeds);

const seeds = z
  .union([
    seedCount,
    z.array(seed).min(1).max(LIMITS.seeds),
    z
      .strictObject({
        count: seedCount.default(DEFAULTS.seeds).describe('How many seeds: 5 means 1 to 5.'),
        vary: z
          .array(z.enum(STREAMS))
          .min(1)
          .describe(
            'What a seed changes: data (fold or generated dialogues), order, initialisation, draws (replay, shuffle). The rest is that of the first seed. All by default.',
          )
          .meta({ examples: [['order', 'initialisation']] }),
      })
      .describe('Seeds that change only some of what a seed decides.'),
  ])
  .default(DEFAULTS.seeds)
  .describe('How many seeds (5 means 1 to 5), or a list of seeds. Each seed is one replication.');

const question = z
  .strictObject({
    contrast: contrast()
      .describe('Two conditions, the second subtracted from the first.')
      .meta({ examples: ['keep - strip'] }),
    metric: z.enum(METRICS).default(DEFAULTS.question.metric).describe('What is compared.'),
    margin: z
      .number()
      .min(0)
      .max(1)
      .default(DEFAULTS.question.margin)
      .describe('Smallest difference that matters, as a fraction: 0.05 is 5 points.'),
    alpha: z
      .number()
      .gt(0)
      .max(0.5)
      .default(DEFAULTS.question.alpha)
      .describe('Accepted rate of false alarms.'),
  })
  .describe('What the sweep is run to answer. Everything else in the report is exploratory.');

const builtinTrainer = z
  .strictObject({
    kind: z.literal('builtin').describe('The CPU learner that ships with Ratchet.'),
    hyperparameters: learnerHyperparameters
      .prefault({})
      .describe('Settings of the learner. Part of every key.'),
  })
  .describe('A small copy model that trains on a CPU; no language model.');

const weights = z
  .strictObject({
    source: weightsLocation()
      .describe(
        'A model of a hub at one commit, or a folder or prefix with the files and their list, SHA256SUMS, as `sha256sum` writes it. Credentials belong to the environment.',
      )
      .meta({ examples: ['hf://organisation/name@0123456789abcdef0123456789abcdef01234567'] }),
    digest: weightsDigest().describe(
      'SHA-256 of SHA256SUMS, as `ratchet weights digest` tells it. Part of every key: where the files come from is not.',
    ),
  })
  .describe(
    'Base weights that the trainer is given, read-only, as `base` of its job: fetched once a node and verified at every use.',
  );

const commandTrainer = z
  .strictObject({
    kind: z.literal('command').describe('Any program that speaks the trainer protocol.'),
    command: z
      .array(line())
      .min(1)
      .max(1_000)
      .describe("Program and arguments, without a shell; the job's folder is added at the end.")
      .meta({ examples: [['python', 'train.py']] }),
    identity: line(200)
      .describe(
        'What the program declares itself to be, e.g. an image digest. Part of every key: change it when results may change.',
      )
      .meta({ examples: ['sha256:0123abcd'] }),
    hyperparameters: z
      .record(z.string(), z.json())
      .default({})
      .describe('Handed to the program as they are. Part of every key.'),
    description: line().optional().describe('Named in reports as the learner.'),
    weights: weights.optional(),
  })
  .describe('A program of your own.');

const trainer = z
  .discriminatedUnion('kind', [builtinTrainer, commandTrainer])
  .prefault({ kind: 'builtin' })
  .describe('What trains a block and predicts calls.');

const base = z
  .strictObject({
    block: blockKey()
      .describe('Key of a committed block in the store, as results and ratchet logs tell it.')
      .meta({ examples: ['0123abcd'.repeat(8)] }),
  })
  .describe('Where every lineage starts. Default: untrained weights. Part of every key.');

const decoding = z
  .strictObject({
    temperature: z
      .number()
      .min(0)
      .max(2)
      .default(DEFAULTS.evaluate.decoding.temperature)
      .describe('0 takes the likeliest token.'),
    seed: seed.default(DEFAULTS.evaluate.decoding.seed).describe('Seed of sampling.'),
    draws: z
      .int()
      .min(1)
      .max(LIMITS.draws)
      .optional()
      .describe(
        'Answers drawn for each held-out prompt, for pass^k; needs a temperature above 0. One by default.',
      ),
  })
  .prefault({})
  .describe('How calls are generated.');

const evaluate = z
  .strictObject({
    domains: z
      .enum(['all', 'seen'])
      .default(DEFAULTS.evaluate.domains)
      .describe(
        'Evaluated after each block: all domains, or those seen so far (then FWT is null).',
      ),
    convention: z
      .enum(CONVENTIONS)
      .default(DEFAULTS.evaluate.convention)
      .describe('Convention of the headline numbers. The others are reported beside them.'),
    limit: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe('Held-out examples of a domain to predict at most; all by default.'),
    decoding,
  })
  .prefault({})
  .describe('How checkpoints are evaluated.');

const checkpoints = z
  .strictObject({
    every: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(DEFAULTS.checkpoints.every)
      .describe('Steps between checkpoints inside a block.'),
  })
  .prefault({})
  .describe('How much a kill can cost. Does not change results.');

const hours = z.number().gt(0).max(1_000_000).optional();

const budget = z
  .strictObject({
    computeHours: hours.describe('Hours that trainers ran or held a pod, all together.'),
    gpuHours: hours.describe(
      'Hours of GPUs that trainers held: one with 8 GPUs uses up one in 7.5 minutes.',
    ),
  })
  .describe(
    'When to stop: once it is used up nothing further starts, what runs finishes. Does not change results.',
  );

export const sweepFile = z
  .strictObject({
    version: z.literal(SPEC_VERSION).describe('Version of this format.'),
    name: label().describe('Name of the sweep.'),
    suite,
    stream,
    conditions,
    seeds,
    question: question.optional(),
    published: published.optional(),
    expect: expected.optional(),
    trainer,
    base: base.optional(),
    evaluate,
    compute,
    store: storeLocation()
      .optional()
      .describe(
        'Where results are kept: file:///data/store, s3://bucket/prefix, or a folder below this file. Default: inside RATCHET_HOME.',
      )
      .meta({ examples: ['file:///data/ratchet', 's3://bucket/ratchet', './store'] }),
    checkpoints,
    parallelism: z
      .int()
      .min(1)
      .max(1_000)
      .default(DEFAULTS.parallelism)
      .describe('Lineages at once. Does not change results.'),
    budget: budget.optional(),
    tags: z
      .record(label(), line(200))
      .default({})
      .describe('Words to find the sweep by. Do not change results.'),
    notes: lines().optional().describe('For people. Do not change results.'),
  })
  .describe('A Ratchet sweep: conditions x orders x seeds over a stream of domains.');

/** A file that passed the schema, with its defaults, before names are resolved. */
export type SweepFile = z.output<typeof sweepFile>;
