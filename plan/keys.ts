import { deriveSeed } from '../contract/random.ts';
import { digestOf } from '../contract/digest.ts';
import type { Decoding } from '../contract/trainer-job.ts';
import type { SeedStreams } from '../spec/seed-streams.ts';

/** Raised when what a key covers changes meaning: every key changes with it. */
const KEY_FORMAT = 1;

/** The streams of randomness that a trainer is given. */
export function trainingSeeds({ order, initialisation }: TrainingStreams): TrainingStreams {
  return {
    order: deriveSeed(order, 'order'),
    initialisation: deriveSeed(initialisation, 'initialisation'),
  };
}

type TrainingStreams = Pick<SeedStreams, 'order' | 'initialisation'>;

/** The digest that stands for untrained weights, where a block would have its parent's key. */
export function baseDigest(base: {
  trainer: string;
  hyperparameters: Record<string, unknown>;
}): string {
  return digestOf({ format: KEY_FORMAT, base });
}

/**
 * A block's key covers everything that decides its weights. `parent` is the parent block's key or the base digest,
 * `data` and `tools` are digests of the rendered files.
 */
export function blockKey(block: {
  parent: string;
  data: string;
  tools: string;
  trainer: string;
  hyperparameters: Record<string, unknown>;
  worldSize: number;
  seeds: TrainingStreams;
  /** Those that it teaches, where the trainer is told. */
  domains?: string[];
}): string {
  return digestOf({ format: KEY_FORMAT, block });
}

/** A prediction's key covers everything that decides the generated text. `weights`: block key or base digest. */
export function predictionKey(prediction: {
  weights: string;
  prompts: string;
  tools: string;
  decoding: Decoding;
  generator: string;
  /** Where the trainer that left the weights was told of domains. */
  domain?: string;
  /** Where the weights are of another sweep, and a condition sets its own. */
  hyperparameters?: Record<string, unknown>;
}): string {
  return digestOf({ format: KEY_FORMAT, prediction });
}

/** A score's key: new gold or a mended scorer scores again without generating again. */
export function scoreKey(score: { prediction: string; gold: string; scorer: string }): string {
  return digestOf({ format: KEY_FORMAT, score });
}

/** The key of a data file's sizes under a trainer's tokenizer and limits. */
export function countKey(count: {
  data: string;
  tools: string;
  trainer: string;
  hyperparameters: Record<string, unknown>;
}): string {
  return digestOf({ format: KEY_FORMAT, count });
}
