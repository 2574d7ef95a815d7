/**
 * The trainer protocol, version 1: how any program trains a block, predicts calls and counts tokens.
 *
 * A trainer is started as `<command> <folder>`, reads `<folder>/job.json` and appends one JSON object a line to
 * `<folder>/events.jsonl`; every path in either is relative to that folder. Logs for people go to stdout and stderr.
 * It ends with exit code 0 after its `result` event; 75 when told to stop by SIGTERM, after a checkpoint; 78 when its
 * configuration is wrong and a retry would not help; 65 when weights or a checkpoint that it was given are damaged;
 * anything else is a bug. It also ends when its standard input closes.
 */

export const PROTOCOL_VERSION = 1;

export const TRAINER_EXIT = { done: 0, interrupted: 75, configuration: 78, damaged: 65 } as const;

export type Job = CountJob | TrainJob | GenerateJob;

interface JobBase {
  protocol: typeof PROTOCOL_VERSION;
  /** The key of the unit of work, for logs. */
  key: string;
  hyperparameters: Record<string, unknown>;
  /** JSON file: a `ToolTable`. */
  tools: string;
}

/** Report the sizes of data files under this trainer's tokenizer and limits. */
export interface CountJob extends JobBase {
  stage: 'count';
  data: DataFile[];
  /** Whether each example's size is asked for too: `tokens: match(...)` and `ratchet examples` need them. */
  sizes: boolean;
}

/** Train one block from the parent's weights. */
export interface TrainJob extends JobBase {
  stage: 'train';
  /** Folder of the parent block's weights; null trains from the base. */
  parent: string | null;
  /** JSONL file of `Example`s. */
  data: string;
  /** Named, independent streams of randomness: 32-bit unsigned integers. */
  seeds: { order: number; initialisation: number };
  /** Folder of a checkpoint to go on from; null starts at step 0. */
  resume: string | null;
  /** Write a checkpoint after every so many steps. */
  checkpointEvery: number;
}

/** Predict the calls of every prompt file, in order; each finished file is announced at once. */
export interface GenerateJob extends JobBase {
  stage: 'generate';
  /** Folder of a block's weights; null predicts with the base. */
  weights: string | null;
  /** JSONL files of `Prompt`s. */
  prompts: DataFile[];
  decoding: Decoding;
}

export interface DataFile {
  name: string;
  file: string;
}

/** Greedy needs no seed; sampling draws from one. */
export interface Decoding {
  temperature: number;
  seed: number;
}

export type TrainerEvent =
  | ProgressEvent
  | CheckpointEvent
  | CountEvent
  | PredictionsEvent
  | ResultEvent
  | WarningEvent;

export interface ProgressEvent {
  type: 'progress';
  step: number;
  steps: number;
  /** Mean loss per example since the last progress, in nats; null when nothing was trained. */
  loss: number | null;
  tokens: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
}

/**
 * A resumable checkpoint (weights, optimiser, schedule, random state, data cursor) stands complete in
 * `checkpoints/<step>`: written elsewhere, synced, then renamed. The carrier deletes the folder once it is stored; while
 * two stand unacknowledged the trainer waits.
 */
export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
}

/**
 * Sizes of one data file. The answer of a count job; `train` announces its data (name `train`) and `generate` each prompt
 * file (by its name) with one as well, before they begin.
 */
export interface CountEvent {
  type: 'count';
  name: string;
  examples: number;
  /** Tokens of prompts and targets after truncation. */
  tokens: number;
  /** Tokens that carry loss. */
  targetTokens: number;
  /** Examples that lost their oldest turns, and the turns lost. */
  truncatedExamples: number;
  truncatedTurns: number;
  /** Examples left out because their target would have been empty or cut. */
  droppedExamples: number;
  /** One for each example, in the order of the file, where the job asks for them. */
  sizes?: ExampleSize[] | undefined;
}

/** What is left of one example under the trainer's tokenizer and limits. */
export interface ExampleSize {
  /** Of prompt and target after truncation; 0 where it is dropped. */
  tokens: number;
  targetTokens: number;
  /** Oldest turns that were cut. */
  turnsLost: number;
  dropped: boolean;
}

/** All predictions of one prompt file stand in `file` (JSONL of `Prediction`s), in the order of the prompts. */
export interface PredictionsEvent {
  type: 'predictions';
  name: string;
  file: string;
}

/** The last event. A train job's weights (no optimiser state) stand complete in `weights/`. */
export interface ResultEvent {
  type: 'result';
  steps: number;
  tokens: number;
}

/** Something a person should know; shown and kept, never fatal. */
export interface WarningEvent {
  type: 'warning';
  message: string;
}
