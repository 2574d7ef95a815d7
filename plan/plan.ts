import type { Convention } from '../contract/scores.ts';
import type { Decoding } from '../contract/trainer.ts';
import type { Sweep } from '../spec/sweep.ts';

/**
 * A sweep, worked out: everything that will be computed and under which keys, before anything runs. Stored as canonical
 * JSON; its digest is what workflows pass around.
 */
export interface Plan {
  format: 'ratchet/plan/1';
  /** `<name>-<12 hex digits>`: the digits cover every key, so equal plans are the same sweep. */
  sweep: string;
  /** The sweep file, resolved: every default filled in. */
  spec: Sweep;
  suite: SuiteSource;
  trainer: TrainerIdentity;
  /** The sweep file's: where relative names in the trainer's command start. Outside keys, as the command is. */
  workingFolder: string;
  /** Digest of the scoring code. */
  scorer: string;
  /** Digest of the tools file that every job reads. */
  tools: string;
  convention: Convention;
  decoding: Decoding;
  /** The tree of blocks, the same for every lineage: depth first, parents before children. */
  shape: { domains: string[]; parents: (number | null)[] };
  /** Every order as indices into the shape, root first. */
  orders: number[][];
  /** Lineage i is condition i mod C of seed floor(i / C): whole seeds first. */
  lineages: PlannedLineage[];
  /** Rendered data by content, each listed once. */
  datasets: DatasetSummary[];
}

/** Where the dialogues come from: digests of source files in the store, none for a generated suite. */
export interface SuiteSource {
  digest: string;
  files: { name: string; sha256: string; size: number }[];
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
  /** Key of block i of the shape. */
  blocks: string[];
  /** Index into `datasets` by domain of the stream. */
  data: Record<string, number>;
}

/** What one condition and seed renders for one domain: digests of the bytes, and counts. */
export interface DatasetSummary {
  train: RenderedFile;
  prompts: RenderedFile;
  gold: RenderedFile;
}

export interface RenderedFile {
  sha256: string;
  /** Bytes. */
  size: number;
  examples: number;
}
