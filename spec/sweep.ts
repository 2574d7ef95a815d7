import type { SweepFile, TRACES } from './schema.ts';

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
  question?: Question;
  trainer: SweepFile['trainer'];
  evaluate: SweepFile['evaluate'];
  compute: SweepFile['compute'];
  /** As written: `file:///...`, or relative to the spec file; absent: inside RATCHET_HOME. */
  store?: string;
  /** From here on nothing belongs into a key. */
  checkpoints: SweepFile['checkpoints'];
  parallelism: number;
  budget?: { computeHours: number };
  tags: Record<string, string>;
  notes?: string;
}

type Trace = (typeof TRACES)[number];

interface Condition {
  name: string;
  trace: Trace;
}

/** `treatment` minus `control` in `metric`; `margin` is a fraction. */
export interface Question {
  treatment: string;
  control: string;
  metric: NonNullable<SweepFile['question']>['metric'];
  margin: number;
  alpha: number;
}
