import type { Convention } from '../contract/scores.ts';
import type { Decoding } from '../contract/trainer-job.ts';
import type { Strategy, Sweep } from '../spec/sweep.ts';

/** Raised when a stored plan of before can no longer be read. */
export const PLAN_FORMAT = 'ratchet/plan/3';

/**
 * A sweep, worked out: everything that will be computed and under which keys, before anything runs. Stored as canonical
 * JSON; its digest is what workflows pass around.
 */
export interface Plan {
  format: typeof PLAN_FORMAT;
  /** `<name>-<12 hex digits>`: the digits cover every key, so equal plans are the same sweep. */
  sweep: string;
  /** The sweep file, resolved: every default filled in. */
  spec: Sweep;
  suite: SuiteSource;
  trainer: TrainerIdentity;
  /** The sweep file's: where relative names in the trainer's command start. Outside keys, as the command is. */
  workingFolder: string;
  /** Compiled functions of conditions that render in their own way, in the store: by the name that the condition gives. */
  scripts: StoredFile[];
  /** Digest of the scoring code. */
  scorer: string;
  /** Digest of the tools file that every job reads. */
  tools: string;
  convention: Convention;
  decoding: Decoding;
  /** The blocks of a lineage, by the strategy of its condition: all conditions of one strategy walk the same tree. */
  trees: Partial<Record<Strategy, BlockTree>>;
  /** Lineage i is condition i mod C of seed floor(i / C): whole seeds first. */
  lineages: PlannedLineage[];
  /** Rendered data by content, each listed once. */
  training: RenderedFile[];
  heldOut: HeldOutData[];
}

/** Depth first: parents before children. */
export interface BlockTree {
  blocks: PlannedBlock[];
  /** Every order as indices into the blocks, root first. No block at all: the base is all that is evaluated. */
  orders: number[][];
}

export interface PlannedBlock {
  /** The domain, or `joint`. */
  name: string;
  /** Domains that it teaches. */
  domains: string[];
  /** Null: the base. */
  parent: number | null;
}

/** Where the dialogues come from: digests of source files in the store, none for a generated suite. */
export interface SuiteSource {
  digest: string;
  files: StoredFile[];
}

export interface StoredFile {
  name: string;
  sha256: string;
  /** Bytes. */
  size: number;
}

export interface TrainerIdentity {
  kind: string;
  /** Declared by the trainer: for the built-in learner the digest of its bundle. */
  identity: string;
  description: string;
}

export interface PlannedLineage {
  condition: string;
  seed: number;
  strategy: Strategy;
  /** Key of block i of its tree. */
  blocks: string[];
  /** Index into `training` of block i. */
  training: number[];
  /** Index into `heldOut` by domain of the stream. */
  heldOut: Record<string, number>;
}

/** What one condition and seed predicts in one domain, and what is right. */
export interface HeldOutData {
  prompts: RenderedFile;
  gold: RenderedFile;
}

/** Digest of the bytes, and counts. */
export interface RenderedFile {
  sha256: string;
  /** Bytes. */
  size: number;
  examples: number;
  /** Earlier results that `trace: shuffle` could not replace. */
  unshuffled: number;
}
