import type { Example, ToolTable } from '../contract/dialogue.ts';
import type { WorldReplay } from '../contract/references.ts';
import type { TraceCount } from './trace-count.ts';

/** A source of examples by domain: what a sweep learns and is scored on. */
export interface Suite {
  readonly name: string;
  /** Of everything that decides the examples: two suites with equal digests yield equal examples. */
  readonly digest: string;
  /** In their natural order; a stream may take others. */
  readonly domains: readonly string[];
  readonly tools: ToolTable;
  readonly census: SuiteCensus;
  readonly replication: Replication;
  readonly split: SplitRule;
  /** Seeds of one variant have the same examples: what was rendered for one of them serves all. */
  variant(seed: number): number;
  /**
   * The examples of a domain with the whole trace, on the two sides of a seed's split, each ordered by the hash of its
   * id. All domains share one split. Throws a RangeError on an unknown domain or a seed that is no natural
   * number.
   */
  examples(domain: string, seed: number): SplitExamples;
  /** Executes the gold calls of a domain's held-out dialogues; absent where calls cannot be executed. */
  replayGold?(domain: string, seed: number): WorldReplay;
}

export const SPLIT_UNITS = ['dialogue', 'scenario', 'example'] as const;
export type SplitUnit = (typeof SPLIT_UNITS)[number];

/** What lies on one side of a seed's split as a whole, over all domains. */
export interface SplitRule {
  unit: SplitUnit;
  /** The unit that an example belongs to. */
  groupOf(example: Example): string;
}

/** What a seed stands for in this suite. */
export interface Replication {
  /** What differs from seed to seed, for people. */
  seedsVary: string;
  /** Held-out over training examples where the training sets of seeds overlap (folds), else 0. */
  testTrainRatio: number;
}

export interface SplitExamples {
  train: readonly Example[];
  heldOut: readonly Example[];
}

/** What reading the data showed. */
export interface SuiteCensus {
  /** As they stand in the source. */
  entries: TraceCount;
  /** Entries left out because an earlier one says the same. */
  duplicates: number;
  /** Other entries left out, by why. */
  leftOut: Record<string, number>;
  /** What is left. */
  examples: TraceCount;
  dialogues: number;
  /** Dialogues whose examples lie in several domains: why a split has to be global. */
  dialoguesAcrossDomains: number;
  domains: Record<string, { examples: TraceCount; dialogues: number; tools: number }>;
  /** Tools of the suite's domains that its data never describes, so that no prompt lists them. */
  toolsWithoutDescription: string[];
  /** Tools that the data describes in several ways; the first way is used. */
  toolsWithSeveralDescriptions: string[];
  /** What a reader of the results has to know, in sentences. */
  warnings: string[];
}

/** Files that a suite reads, by the name they have in its folder. */
export interface SuiteSource {
  name: string;
  bytes: Uint8Array;
}
