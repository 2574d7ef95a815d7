/** `checkpoint.json` of an exported checkpoint: what is known of it. A public interface; its model card is made of it alone. */

import type { CellCounts, Learner } from './results.ts';
import type { Convention } from './scores.ts';
import type { Decoding } from './trainer-job.ts';

export const CHECKPOINT_FORMAT = 'ratchet/checkpoint/1';

/** Who can load it: `peft` an adapter, `transformers` a whole model, `trainer` nobody but the trainer that left it. */
export type WeightsForm = 'peft' | 'transformers' | 'trainer';

/** The weights that everything started from. `model` and `commit` on a hub, where they are known. */
export interface BaseModel {
  model: string | null;
  commit: string | null;
  /** Of the list of the files, where the sweep file names them. */
  digest: string | null;
}

/** An adapter: its folder in the checkpoint's, empty for the very one; the rank that a server has to allow. */
export interface AdapterFacts {
  folder: string;
  rank: number;
}

/** A file of rendered examples: its digest, and what the trainer counted; null: it was never counted. */
export interface DataFacts {
  sha256: string;
  examples: number;
  counts: {
    tokens: number;
    truncatedExamples: number;
    truncatedTurns: number;
    droppedExamples: number;
  } | null;
}

/** A block on the way to the checkpoint, which is the last. Null: it is not committed any more. */
export interface LineageStep {
  name: string;
  domains: string[];
  key: string;
  manifest: string | null;
  steps: number | null;
  tokens: number | null;
  data: DataFacts;
}

/** One domain's held-out examples, scored before any training and with the checkpoint; null: not scored. */
export interface DomainFacts {
  domain: string;
  prompts: DataFacts;
  gold: string;
  zeroShot: CellCounts | null;
  checkpoint: CellCounts | null;
}

export interface WrittenFile {
  name: string;
  sha256: string;
  size: number;
}

export interface CheckpointFacts {
  format: typeof CHECKPOINT_FORMAT;
  sweep: { id: string; name: string };
  /** `condition/seed/domain`. */
  block: string;
  /** Its name, and what sets it apart. */
  condition: { name: string; description: string };
  seed: number;
  /** Seeds that the sweep has: this is one of so many. */
  seeds: number;
  form: WeightsForm;
  adapters: AdapterFacts[];
  base: BaseModel;
  /** The block that the sweep's lineages start from, where it is a fork. */
  startsFrom: string | null;
  trainer: Learner;
  /** As the sweep file gives them. */
  hyperparameters: Record<string, unknown>;
  /** All of them, with what recipe and defaults set, where the trainer left a `hyperparameters.json` beside its weights. */
  settings: Record<string, unknown> | null;
  trainingSeeds: { order: number; initialisation: number };
  suite: { name: string; digest: string; dataset: string | null };
  lineage: LineageStep[];
  evaluation: { convention: Convention; decoding: Decoding; domains: DomainFacts[] };
  /** What a reader of the numbers has to know, in sentences. */
  warnings: string[];
  /** As they were written, and those of the block that were not, by why. */
  files: WrittenFile[];
  leftOut: Record<string, string>;
}
