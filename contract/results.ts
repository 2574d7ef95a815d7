/** `results.json`: a public interface. Equal spec and data give equal bytes, so nothing in it tells when or how it ran. */

import type { AnswerCounts, DomainReferences, ReferenceCounts } from './references.ts';
import type { Convention, Outcome, TargetLoss } from './scores.ts';
import type { ConditionSecondary, RunSecondary, SecondaryComparison } from './secondary.ts';
import type { Stratum } from './strata.ts';

export const RESULTS_FORMAT = 'ratchet/results/1';

/** What is known of a run as one number, in the order of tables. */
export const METRIC_NAMES = [
  'averageAccuracy',
  'bwt',
  'fwt',
  'forgetting',
  'aulc',
  'zeroShotAccuracy',
  'nameAccuracy',
  'malformedRate',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

export interface MetricDefinition {
  label: string;
  /** For narrow columns. */
  short: string;
  /** R_ij: score on the run's j-th domain after its i-th block, of N. */
  formula: string;
  /** What the sum is divided by, in words. */
  divisor: string;
  unit: 'fraction';
  higherIsBetter: boolean;
}

/** Over seeds. `mean` is null without a value; the bounds also where one seed leaves the spread unknown. */
export interface Estimate {
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Seeds with a value. */
  n: number;
}

/** Cells of a matrix; null: not computed, never averaged over. */
export type Row<T> = (T | null)[];

/** One checkpoint on one domain, counted. Where several answers are drawn each of them counts, but for `examples`. */
export interface CellCounts extends AnswerCounts {
  examples: number;
  outcomes: Record<Outcome, number>;
  /** Answers to an example; absent: one. */
  draws?: number;
  /** Entry c: examples of which c draws are right under the headline convention. */
  byRight?: number[];
  /** Answers that ended at the trainer's limit of new tokens, and the loss on the targets, where it tells. */
  truncated?: number;
  loss?: TargetLoss;
}

/** Examples of a stratum, and those right under the headline convention: of several draws the right answers. */
export interface StratumCounts {
  examples: number;
  right: number;
  /** Answers to them; absent where there is one to each. */
  answers?: number;
}

/** `steps` and `tokens` are null for a block that was never trained. */
export interface BlockResult {
  key: string;
  domain: string;
  steps: number | null;
  tokens: number | null;
}

/**
 * One condition, seed and order. Row i of a matrix is after block i, column j is the domain `order[j]`. Joint training has
 * one block and one row; without any block the one row is the base's.
 */
export interface RunResult {
  seed: number;
  order: string[];
  /** Fractions right under the headline convention. */
  matrix: Row<number>[];
  zeroShot: Row<number>;
  blocks: BlockResult[];
  metrics: Record<MetricName, number | null>;
  averageAccuracyBy: Record<Convention, number | null>;
  /** Share of each kind after the last block, the unweighted mean over domains. */
  outcomes: Record<Outcome, number | null>;
  /** After the last block, all domains together; null where a domain or its strata are missing. */
  strata: Record<Stratum, StratumCounts> | null;
  /** What the fractions come from, shaped like `matrix` and `zeroShot`. */
  cells: Row<CellCounts>[];
  zeroShotCells: Row<CellCounts>;
  secondary?: RunSecondary;
}

export type ConditionResult = Record<MetricName, Estimate> & {
  /** How it differs from the others, e.g. `trace: keep`. */
  description: string;
  averageAccuracyBy: Record<Convention, Estimate>;
  outcomes: Record<Outcome, Estimate>;
  /** Share right after the last block, all domains together; a seed without such examples is left out of n. */
  strata: Record<Stratum, Estimate & { examples: number }>;
  /** One a domain, in the order of the stream. */
  references: DomainReferences[];
  secondary?: ConditionSecondary;
  /** By seed, then order, as the spec lists them. */
  runs: RunResult[];
};

export const VERDICTS = [
  'improved',
  'regressed',
  'equivalent',
  'inconclusive',
  'insufficient',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One seed under both conditions, orders averaged; null where a cell is missing. */
export interface Pair {
  seed: number;
  treatment: number | null;
  control: number | null;
  difference: number | null;
}

/** Treatment minus control at equal seeds. Sentence, table and exit code are all made from this one object. */
export interface Comparison {
  treatment: string;
  control: string;
  metric: MetricName;
  /** Smallest difference that matters. */
  margin: number;
  alpha: number;
  pairs: Pair[];
  /** Of the differences; its level is 1 - alpha. */
  difference: Estimate;
  /** Two-sided p values, null below two pairs. */
  p: {
    t: number | null;
    permutation: number | null;
    /** The smallest p value that so many pairs can give under permutation. */
    floor: number | null;
    /** Of an exploratory comparison: its `t`, adjusted after Holm (1979) for how many of them there are. */
    holm: number | null;
  };
  /** Of the declared question from 10 to 100 pairs: seeds and dialogues resampled, crossed; percentiles at level 1 - alpha. */
  bootstrap: { low: number; high: number; draws: number } | null;
  /** Of the differences, from four pairs on: the mean without the lower and the upper quarter. */
  interquartileMean: number | null;
  /** That a seed of the treatment is better than a seed of the control, whichever they are; ties count half. */
  probabilityOfImprovement: number | null;
  /**
   * Pairs that would tell a difference like this one from zero at alpha in four of five sweeps, and that can reach alpha by
   * sign flips; null: no number would.
   */
  seedsToSettle: number | null;
  /** Null for an exploratory comparison, which claims nothing. */
  verdict: Verdict | null;
  sentence: string;
}

/** A published value and ours, the mean over seeds; null where not known. */
export interface Distance {
  published: number | null;
  ours: number | null;
  /** Ours minus the published one. */
  distance: number | null;
}

/** One condition held against numbers that somebody published. */
export interface PublishedComparison {
  name: string;
  condition: string;
  source: string | null;
  /** Shaped like the matrix, of the first order; null where the two have different sizes. */
  cells: Distance[][] | null;
  /** Those that were published or follow from the published matrix. */
  metrics: ({ metric: MetricName } & Distance)[];
  /** What has to be known before one is held against the other: sentences. */
  differences: string[];
}

/** What is known of one rendered file. `examples` counts what is left after `dropped`. */
export interface DataCount {
  condition: string;
  seed: number;
  domain: string;
  split: 'train' | 'held-out';
  examples: number;
  tokens: number;
  truncatedExamples: number;
  truncatedTurns: number;
  droppedExamples: number;
  /** Earlier results that `trace: shuffle` could not replace. */
  unshuffled: number;
}

export interface DataCensus {
  /** Source entries left out because an earlier one says the same. */
  duplicates: number;
  /** Other source entries left out, by why. */
  leftOut: Record<string, number>;
  /** What a reader has to know of the data, in sentences: a split that leaks, for one. */
  warnings: string[];
  counts: DataCount[];
}

export interface Learner {
  kind: string;
  identity: string;
  description: string;
}

export interface Results {
  format: typeof RESULTS_FORMAT;
  sweep: { id: string; name: string };
  /** The question declared in the spec, answered. */
  question: Comparison | null;
  suite: string;
  domains: string[];
  seeds: number[];
  orders: string[][];
  learner: Learner;
  /** Headline convention of every number that does not name one. */
  convention: Convention;
  conventions: Record<Convention, string>;
  evaluate: 'all' | 'seen';
  intervals: {
    /** Of the estimates of a condition; a comparison's is 1 - alpha. */
    level: number;
    method: string;
    /** What differs from seed to seed. */
    seedsVary: string;
    /** Held-out over training examples where training sets of different seeds overlap, else 0. */
    testTrainRatio: number;
  };
  metrics: Record<MetricName, MetricDefinition>;
  /** Cells of the plan, and those without a result. */
  cells: { planned: number; missing: number };
  conditions: Record<string, ConditionResult>;
  /** Everything else that can be compared. */
  exploratory: Comparison[];
  /** In the measures beside the metrics; absent where there are none. */
  secondary?: SecondaryComparison[];
  references: ReferenceCounts[];
  published: PublishedComparison[];
  data: DataCensus;
  /** Digests of what went in, by label. */
  provenance: Record<string, string>;
}
