/** What scoring a cell leaves in the store. */

/**
 * How a predicted call is compared with gold; verdicts under different conventions are never mixed in one number.
 * `exact`: same calls, names and typed values equal. `paper-1`: arXiv 2605.09734's strict parser. `bfcl`: AST matching
 * after the Berkeley Function-Calling Leaderboard.
 */
export const CONVENTIONS = ['exact', 'paper-1', 'bfcl'] as const;
export type Convention = (typeof CONVENTIONS)[number];

/** Mutually exclusive; the first that holds, under `exact`. */
export const OUTCOMES = [
  'exact',
  'some-arguments',
  'wrong-arguments',
  'wrong-name',
  'malformed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ExampleScore {
  id: string;
  dialogue: string;
  /** Which of several answers, from 0; absent where one was asked for. */
  draw?: number | undefined;
  right: Record<Convention, boolean>;
  nameRight: boolean;
  outcome: Outcome;
}

/** Negative log-likelihood of a cell's targets under the weights that predicted it. */
export interface TargetLoss {
  nats: number;
  tokens: number;
}

/** One cell: a checkpoint's predictions on one domain's held-out examples, scored. */
export interface CellScore {
  /** In the order of the gold; all draws of an example together. */
  examples: ExampleScore[];
  /** Predictions that ended at the trainer's limit of new tokens; absent where it does not tell. */
  truncated?: number | undefined;
  /** Absent where the trainer does not tell it. */
  loss?: TargetLoss | undefined;
}
