import type { WorkStage } from '../contract/activities.ts';
import type { MeasuredProgress } from '../contract/telemetry.ts';
import type { CountEvent, PredictionsEvent } from '../contract/trainer-events.ts';
import type { Decoding } from '../contract/trainer-job.ts';
import type { TrainerWarning } from '../contract/trainer-warnings.ts';
import type { BlockRef } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { TrainerCommand } from './trainer-process.ts';

/** Where a carrier runs trainers: as processes of this machine, or in the container beside it. */
export interface Compute {
  /** Sizes of rendered data under the trainer's tokenizer. */
  count(work: CountWork, signal: AbortSignal): Promise<CountEvent[]>;
  /** Trains a block until its result stands in the store under an attempt of its key; commits nothing. */
  train(work: TrainWork, hooks: ComputeHooks): Promise<TrainResult>;
  /** Predicts prompt files in order; each is handed over as it is finished. */
  generate(work: GenerateWork, hooks: GenerateHooks): Promise<{ computeSeconds: number }>;
}

export interface ComputeHooks {
  /** Aborted: save a checkpoint, stop the trainer, and throw what the signal's reason says. */
  signal: AbortSignal;
  onProgress: (progress: ComputeProgress) => void;
  /** The attempt that was claimed on the block. */
  onAttempt?: (attempt: number) => void;
  /** Sizes of a data file, announced by the trainer: `train`, or the prompt file's name. */
  onCount: (count: CountEvent) => Promise<void>;
  /** All that the trainer warned of so far, whenever it warns. */
  onWarnings?: (warnings: TrainerWarning[]) => void;
}

export interface GenerateHooks extends ComputeHooks {
  /** `bytes`: JSONL of `Prediction`s for the prompt file that the event names. */
  onPredictions: (told: PredictionsEvent, bytes: Uint8Array) => Promise<void>;
}

export interface ComputeProgress extends MeasuredProgress {
  stage: WorkStage;
  /** Why it does not run yet. */
  message?: string | undefined;
  /** The Job of a cluster that is followed. */
  job?: string | undefined;
  steps: number;
}

/** Of a trainer that starts, to people. */
export const FETCHING = 'fetching data and weights';

/** Of a stage in which no step is done yet. */
export function noSteps(stage: WorkStage, message?: string): ComputeProgress {
  return { stage, message, step: 0, steps: 0, loss: null, tokensPerSecond: 0 };
}

interface Work {
  store: Store;
  /** Of the unit of work: block key or prediction key. */
  key: string;
  trainer: TrainerCommand;
  hyperparameters: Record<string, unknown>;
  /** Digest of the tools file. */
  tools: string;
}

export interface CountWork extends Omit<Work, 'store' | 'tools'> {
  tools: Uint8Array;
  data: { name: string; bytes: Uint8Array }[];
  /** Whether each example's size is wanted too. */
  sizes: boolean;
}

export interface TrainWork extends Work {
  /** The trainer's, for the manifest. */
  identity: string;
  /** For people who look at an attempt's claim. */
  sweep: string;
  label: string;
  /** Key of the parent block; null trains from the base. */
  parent: string | null;
  data: string;
  seeds: { order: number; initialisation: number };
  checkpointEvery: number;
  /** Processes that train together. */
  worldSize: number;
  /** Seconds to save a checkpoint once told to stop and, where that is limited, to store it. */
  grace: { trainer: number; upload?: number };
  /** Those that it teaches; undefined: the trainer is not told. */
  domains: string[] | undefined;
}

export interface GenerateWork extends Work {
  /** The result whose weights predict, and none that came after it; null: the base. */
  weights: BlockRef | null;
  /** `targets`: digest of the gold file, which the trainer measures its loss on. */
  prompts: { name: string; sha256: string; targets: string }[];
  decoding: Decoding;
  /** Processes that may predict together. */
  worldSize: number;
}

export interface TrainResult {
  /** The attempt that holds the result; null: the block was committed by somebody else meanwhile. */
  attempt: number | null;
  computeSeconds: number;
}
