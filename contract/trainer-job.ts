import { z } from 'zod';
import { PROTOCOL_VERSION } from './trainer.ts';

/** What stands in `job.json`. Paths are relative to the folder that holds it. */

const path = z.string().min(1);
const seed = z.int().min(0).max(0xffff_ffff);

const dataFile = z.strictObject({
  name: z.string().describe('`train`, or the domain; events name the file by it.'),
  file: path,
});

const promptFile = dataFile.extend({
  targets: path
    .optional()
    .describe(
      'JSONL of `{ id, dialogue, target }` in the order of the prompts: for their loss alone, to be read once they are predicted.',
    ),
});

const decoding = z
  .strictObject({
    temperature: z.number().min(0).describe('0: the likeliest token each time; needs no seed.'),
    seed: seed.describe('Sampling draws from it.'),
    draws: z
      .int()
      .min(2)
      .optional()
      .describe(
        'Answers to draw for each prompt, numbered from 0; absent: one. What a draw is follows from the seed, its number and the id of the prompt, not from what is predicted beside it.',
      ),
  })
  .describe('How calls are generated.');

const base = {
  protocol: z.literal(PROTOCOL_VERSION),
  key: z.string().describe('Key of the unit of work, for logs.'),
  hyperparameters: z
    .record(z.string(), z.unknown())
    .describe('`trainer.hyperparameters` of the sweep file, as they stand there.'),
  tools: path.describe('JSON file: every tool that data name, by its name.'),
  base: path
    .optional()
    .describe(
      'Folder of the base weights that the sweep file names, not to be written, of a count job without files of weights alone; absent: the trainer has its own.',
    ),
};

export const countJob = z
  .strictObject({
    ...base,
    stage: z.literal('count'),
    data: z.array(dataFile).describe('JSONL files of examples or prompts.'),
    sizes: z.boolean().describe("Whether each example's size is asked for too."),
  })
  .describe("Report the sizes of data files under this trainer's tokenizer and limits.");

export const trainJob = z
  .strictObject({
    ...base,
    stage: z.literal('train'),
    parent: path
      .nullable()
      .describe("Folder of the parent block's weights; null trains from the base."),
    data: path.describe('JSONL file of examples.'),
    seeds: z
      .strictObject({ order: seed, initialisation: seed })
      .describe('Named, independent streams of randomness: 32-bit unsigned integers.'),
    resume: path
      .nullable()
      .describe('Folder of a checkpoint to go on from; null starts at step 0.'),
    checkpointEvery: z.int().min(1).describe('A checkpoint after every so many steps.'),
    worldSize: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Processes that train together, one a GPU; part of the key. Absent: the trainer chooses.',
      ),
    graceSeconds: z
      .int()
      .min(1)
      .optional()
      .describe(
        'From SIGTERM on the trainer has so long to save a checkpoint and end. Absent: it is not known.',
      ),
    domains: z
      .array(z.string())
      .optional()
      .describe(
        'Domains that the block teaches, where the condition says tellDomains; part of the key then.',
      ),
  })
  .describe("Train one block from the parent's weights.");

export const generateJob = z
  .strictObject({
    ...base,
    stage: z.literal('generate'),
    weights: path.nullable().describe("Folder of a block's weights; null predicts with the base."),
    prompts: z.array(promptFile).describe('JSONL files of prompts, to be predicted in this order.'),
    decoding,
    worldSize: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Processes that may predict together, one a GPU; in no key: predictions do not depend on it. Absent: the trainer chooses.',
      ),
  })
  .describe('Predict the calls of every prompt file; each finished file is announced at once.');

export const trainerJob = z.discriminatedUnion('stage', [countJob, trainJob, generateJob]);

export type CountJob = z.infer<typeof countJob>;
export type TrainJob = z.infer<typeof trainJob>;
export type GenerateJob = z.infer<typeof generateJob>;
export type Job = z.infer<typeof trainerJob>;
export type Decoding = z.infer<typeof decoding>;
