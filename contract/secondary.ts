/** Measures beside the metrics, where a sweep asks for them or its trainer tells them. All of them are exploratory. */

import type { Estimate, Row } from './results.ts';

/** Of one run. */
export interface RunSecondary {
  /** Entry k - 1: pass^k after the last block, the unweighted mean over domains; where several answers are drawn. */
  passK?: (number | null)[];
  loss?: HeldOutLoss;
  /** Share of answers after the last block that ended at the limit of new tokens, the unweighted mean over domains. */
  truncatedRate?: number | null;
}

/** Nats per token of held-out targets: over a domain all tokens weigh the same. */
export interface HeldOutLoss {
  /** Row i is after block i, column j the domain `order[j]`. */
  matrix: Row<number>[];
  zeroShot: Row<number>;
  /** After the last block, the unweighted mean over domains. */
  mean: number | null;
}

/** Of one condition, over seeds. */
export interface ConditionSecondary {
  passK?: Estimate[];
  /** Of `HeldOutLoss.mean`. */
  loss?: Estimate;
  truncatedRate?: Estimate;
}

/** `pass^2` and on: pass^1 is the average accuracy. */
export type SecondaryMeasure = 'loss' | 'truncatedRate' | `pass^${number}`;

/** Treatment minus control at equal seeds; describes, and claims nothing. */
export interface SecondaryComparison {
  measure: SecondaryMeasure;
  treatment: string;
  control: string;
  /** At `intervals.level`. */
  difference: Estimate;
}
