import type { Placement } from './activities.ts';
import type { CauseName } from './causes.ts';

/** What starts a sweep. References and small numbers only: the plan itself lies in the store. */
export interface SweepInput {
  sweep: string;
  /** Store URL and the plan's digest in it. */
  store: string;
  plan: string;
  /** Lineage i is condition i mod C of seed floor(i / C): whole seeds first. */
  conditions: string[];
  seeds: number[];
  /** Lineages at once. */
  parallelism: number;
  /** What the sweep may use up, all runs of it together; absent: anything. */
  budget?: Budget;
  /** Milliseconds between looks for lineages that ended without a word; by default `RECONCILE_EVERY`. */
  reconcileEvery?: number;
  state?: SweepState;
}

/** Seconds of trainers, and of the GPUs that they hold; null: without bounds. */
export interface Budget {
  computeSeconds: number | null;
  gpuSeconds: number | null;
}

/** What a sweep carries from one run to the next when it continues as new. */
export interface SweepState {
  /** Lineages below the cursor have been started at least once. */
  cursor: number;
  /** In flight: lineage index -> number of its start. */
  running: Record<number, number>;
  /** Lineages to start again. */
  again: number[];
  /** Starts so far of lineages that were started more than once. */
  starts: Record<number, number>;
  ended: LineageTotals;
  failed: FailedLineage[];
  cancelled: number[];
  /** Lineages that stopped at the budget; absent until there is one. */
  stopped?: number[];
  parallelism: number;
  paused: boolean;
}

/** Sums over lineages that ended. */
export interface LineageTotals {
  lineages: number;
  blocksTrained: number;
  blocksReused: number;
  cellsComputed: number;
  cellsReused: number;
  computeSeconds: number;
}

export interface FailedLineage {
  lineage: number;
  failures: BlockFailure[];
}

/** Failures are for people: so many of a lineage, and of a sweep, are kept with their messages; then lineages are counted. */
export const FAILURES_KEPT = 50;

/** `block` is null for the zero-shot row. */
export interface BlockFailure {
  block: number | null;
  label: string;
  stage: 'open' | 'prepare' | 'train' | 'checkpoint' | 'evaluate';
  cause: CauseName;
  message: string;
}

export interface LineageInput {
  sweep: string;
  store: string;
  plan: string;
  lineage: number;
  /** `condition/seed`. */
  label: string;
  budget?: Budget;
  /** How often this lineage was started, from 1: a late signal of an earlier start is not taken for this one's. */
  start: number;
  state?: LineageState;
}

/** What a lineage carries from one run to the next when it continues as new. */
export interface LineageState {
  /** Blocks below it are settled: committed, failed or left out. */
  nextBlock: number;
  baseEvaluated: boolean;
  /** On the way from the root to the next block: failed blocks and those left out behind them. */
  lost: number[];
  /** The first `FAILURES_KEPT`. */
  failures: BlockFailure[];
  totals: LineageTotals;
  paused: boolean;
  /** What failures on a cluster taught; absent until there is one. */
  placement?: Placement;
}

/** The signal that a lineage sends to its sweep when it ends. */
export interface LineageEnded {
  lineage: number;
  start: number;
  /** `budget`: it stopped where something further would have begun. */
  status: 'done' | 'failed' | 'cancelled' | 'budget';
  totals: LineageTotals;
  failures: BlockFailure[];
}

export interface SweepProgress {
  state: 'running' | 'paused' | 'cancelling' | 'reporting' | 'done';
  lineages: number;
  /** Lineage indices; those below the cursor and in no list are done. */
  cursor: number;
  running: number[];
  again: number[];
  failed: FailedLineage[];
  cancelled: number[];
  stopped?: number[];
  ended: LineageTotals;
  parallelism: number;
  budgetReached: boolean;
}

export interface LineageProgress {
  label: string;
  blocks: number;
  blocksSettled: number;
  cellsSettled: number;
  /** What runs now, e.g. `train keep/1/health`. */
  activities: string[];
  paused: boolean;
  failures: BlockFailure[];
}

export interface SweepOutcome {
  state: 'done' | 'failed' | 'cancelled' | 'budget';
  ended: LineageTotals;
  failed: number;
}

/** A lineage's workflow id: derived from its sweep's, never random. */
export function lineageWorkflowId(sweep: string, label: string): string {
  return `${sweep}/${label}`;
}

export function lineageLabel(
  input: Pick<SweepInput, 'conditions' | 'seeds'>,
  index: number,
): string {
  const { conditions, seeds } = input;
  return `${conditions[index % conditions.length]}/${seeds[Math.floor(index / conditions.length)]}`;
}

export const NO_TOTALS: LineageTotals = {
  lineages: 0,
  blocksTrained: 0,
  blocksReused: 0,
  cellsComputed: 0,
  cellsReused: 0,
  computeSeconds: 0,
};

export function addTotals(a: LineageTotals, b: LineageTotals): LineageTotals {
  return {
    lineages: a.lineages + b.lineages,
    blocksTrained: a.blocksTrained + b.blocksTrained,
    blocksReused: a.blocksReused + b.blocksReused,
    cellsComputed: a.cellsComputed + b.cellsComputed,
    cellsReused: a.cellsReused + b.cellsReused,
    computeSeconds: a.computeSeconds + b.computeSeconds,
  };
}

export const SIGNALS = {
  lineageEnded: 'lineageEnded',
  pause: 'pause',
  resume: 'resume',
  retryFailed: 'retryFailed',
} as const;
export const UPDATES = { setParallelism: 'setParallelism' } as const;
export const QUERIES = { progress: 'progress' } as const;
export const WORKFLOWS = { sweep: 'sweep', lineage: 'lineage' } as const;

/** Quick work and workflows on one task queue, work that waits for a trainer on another: neither starves the other. */
export const TASK_QUEUES = { control: 'ratchet', compute: 'ratchet-compute' } as const;

/** Temporal search attributes, so that its own UI can filter by sweep, condition and seed. */
export const SEARCH_ATTRIBUTES = {
  sweep: 'RatchetSweep',
  condition: 'RatchetCondition',
  seed: 'RatchetSeed',
} as const;
