import type { PublishedMatrix } from '../contract/published.ts';
import type { DataCensus, Learner } from '../contract/results.ts';
import type { ReferenceCounts } from '../contract/references.ts';
import type { Convention } from '../contract/scores.ts';
import type { Question } from './comparisons.ts';
import type { GatheredRun } from './runs.ts';
import type { StrataByDomain } from './strata.ts';

/** What the report activity gathers. Lists that fix an order (conditions, seeds, orders) are in the spec's. */
export interface GatheredSweep {
  sweep: { id: string; name: string };
  suite: string;
  domains: string[];
  conditions: { name: string; description: string }[];
  seeds: number[];
  orders: string[][];
  evaluate: 'all' | 'seen';
  convention: Convention;
  question: Question | null;
  learner: Learner;
  seedsVary: string;
  /** Held-out over training examples where the training sets of seeds overlap (cross-validation folds), else 0. */
  testTrainRatio: number;
  published: readonly PublishedMatrix[];
  data: DataCensus;
  /** Those that are known. */
  references: ReferenceCounts[];
  /** Strata of held-out examples, by seed; missing where they are not known. */
  strata: ReadonlyMap<number, StrataByDomain>;
  provenance: Record<string, string>;
  /** One for every condition, seed and order, in any order. */
  runs: GatheredRun[];
}
