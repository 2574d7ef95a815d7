import type { PublishedMatrix } from '../contract/published.ts';
import type { STRATEGIES, TRACES } from './condition-schema.ts';
import type { Expected } from './expected-schema.ts';
import type { SweepFile } from './schema.ts';
import type { STREAMS } from './seed-streams.ts';

/** A study, resolved: nothing left to default. What `plan/` turns into lineages. */
export interface Sweep {
  name: string;
  suite: SweepFile['suite'];
  stream: {
    domains: string[];
    /** Permutations of the domains, distinct. */
    orders: string[][];
  };
  /** In the order of the file. */
  conditions: Condition[];
  /** Distinct, in the order of the file. */
  seeds: number[];
  /** What a seed changes: by default everything. */
  vary: (typeof STREAMS)[number][];
  question?: Question;
  /** What the report holds the results against. */
  published?: PublishedMatrix[];
  trainer: SweepFile['trainer'];
  /** The block that every lineage starts from; absent: untrained weights. */
  base?: { block: string };
  evaluate: SweepFile['evaluate'];
  compute: SweepFile['compute'];
  /** As written: `file:///...`, `s3://...`, or relative to the spec file; absent: inside RATCHET_HOME. */
  store?: string;
  /** From here on nothing belongs into a key. */
  expect?: Expected;
  checkpoints: SweepFile['checkpoints'];
  parallelism: number;
  budget?: NonNullable<SweepFile['budget']>;
  tags: Record<string, string>;
  notes?: string;
}

export type Trace = (typeof TRACES)[number];
export type Strategy = (typeof STRATEGIES)[number];

/** What a spec leaves out is null here, or, for replay, none. */
export interface Condition {
  name: string;
  trace: { train: Trace; eval: Trace };
  strategy: Strategy;
  /** Examples of earlier domains that a block adds, as a multiple of its own. */
  replay: number;
  /** Name of the condition up to whose tokens a block takes examples. */
  matchTokens: string | null;
  /** Examples of a domain: at most, and by repetition at least. */
  limit: number | null;
  upsample: number | null;
  /** TypeScript file, relative to the spec file. */
  render: string | null;
  /** Over the trainer's; absent, as in plans of before: none. */
  hyperparameters?: Record<string, unknown>;
  /** Whether the trainer is told of domains. */
  tellDomains?: true;
}

/** `treatment` minus `control` in `metric`; `margin` is a fraction. */
export interface Question {
  treatment: string;
  control: string;
  metric: NonNullable<SweepFile['question']>['metric'];
  margin: number;
  alpha: number;
}
