import { z } from 'zod';
import { DEFAULTS } from './defaults.ts';
import { domainName, folder, line } from './fields.ts';
import { LIMITS } from './limits.ts';

/** Suites that are read from files. */

const defaults = DEFAULTS.suite.files;

const split = z
  .strictObject({
    unit: z
      .enum(['dialogue', 'scenario', 'example'])
      .default(defaults.split.unit)
      .describe(
        'What lies on one side as a whole, over all domains. example leaks parts of dialogues, and results say so.',
      ),
    folds: z
      .int()
      .min(2)
      .max(100)
      .default(defaults.split.folds)
      .describe('Seed s holds out fold s modulo this many.'),
    seed: z
      .int()
      .min(0)
      .max(LIMITS.largestSeed)
      .default(defaults.split.seed)
      .describe('Deals units into folds; not a seed of the sweep.'),
  })
  .prefault({})
  .describe('One split for all domains.');

const distractors = z
  .strictObject({
    kind: z
      .literal('distractors')
      .describe("The target's tool, and others drawn for each example."),
    count: z.int().min(0).max(1_000).describe('How many others.'),
  })
  .describe('The tool to call among others of the suite.');

const tools = z
  .union([z.enum(['domain', 'dialogue', 'all']), z.discriminatedUnion('kind', [distractors])])
  .default(defaults.tools)
  .describe(
    "Tools a prompt lists: every tool of the domain, the dialogue's own (which gives answers away), all of the suite, or distractors.",
  );

const balanced = z
  .strictObject({
    kind: z.literal('balanced').describe('Bins of about as many tokens, of arXiv 2605.09734.'),
    bins: z
      .int()
      .min(2)
      .max(LIMITS.domains)
      .default(defaults.balanced.bins)
      .describe('How many; they are named D1, D2, ...'),
    minimum: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(defaults.balanced.minimum)
      .describe('Entries below which an API is left out.'),
    tokens: z
      .record(z.string(), z.number().gt(0).max(1e9))
      .optional()
      .describe(
        "Mean tokens of an API's first 20 entries, by API, from your tokenizer. Default: words, digits and signs are counted.",
      ),
  })
  .describe('APIs in bins of about as many tokens each. ToolSearcher stays out.');

const ownMap = z
  .strictObject({
    kind: z.literal('own').describe('A map of your own.'),
    map: z
      .record(domainName(), z.array(line(200)).min(1).max(10_000))
      .refine((map) => Object.keys(map).length > 0, 'at least one domain')
      .describe('The APIs of every domain; each API in one.')
      .meta({ examples: [{ accounts: ['GetUserToken'], agenda: ['AddAgenda'] }] }),
  })
  .describe('APIs in domains of your own.');

export const apiBankSource = z
  .enum(['level-1', 'level-3', 'hub', 'dialogues', 'paper-1'])
  .default(defaults.source)
  .describe(
    'level-1: next calls of levels 1 and 2; level-3: next calls of level 3; hub: the training files of the data set on the hub; dialogues: whole dialogues, each of whose calls is predicted; paper-1: the hub as arXiv 2605.09734 used it, with its blocks, its split and its counts.',
  );

export const apiBankDomains = z
  .union([z.enum(['semantic']), z.discriminatedUnion('kind', [balanced, ownMap])])
  .optional()
  .describe(
    'Which API is in which domain: by what it is about, in balanced bins, or as you say. Default: semantic; for the hub four balanced bins.',
  );

export const apiBankSuite = z
  .strictObject({
    kind: z.literal('api-bank').describe('API-Bank (Li et al., 2023).'),
    path: folder()
      .optional()
      .describe(
        'Folder with the files, relative to this file. Default: RATCHET_API_BANK, else ../shared/api-bank.',
      ),
    source: apiBankSource,
    domains: apiBankDomains,
    auth: z
      .enum(['own', 'follow', 'exclude'])
      .default(defaults.auth)
      .describe(
        "Calls that only prepare others (GetUserToken; at level 3 ToolSearcher): in their own API's domain, in that of the dialogue's next other call, or left out.",
      ),
    split,
    tools,
  })
  .describe('Dialogues of API-Bank, read from a folder.');

const fieldName = (): z.ZodString => line(200);

export const jsonlSuite = z
  .strictObject({
    kind: z.literal('jsonl').describe('Your own data: OpenAI chat messages with tool_calls.'),
    path: folder().describe(
      'Folder of .jsonl files, a dialogue a line, relative to this file: messages, tools unless a tools.json beside them lists them, and id.',
    ),
    domainField: fieldName()
      .optional()
      .describe('Field of a line that names its domain. Default: its file does.'),
    splitField: fieldName()
      .optional()
      .describe('Field of a line that says train or held-out. Default: folds, as split says.'),
    split,
    tools,
  })
  .describe('Dialogues of your own, read from a folder.');
