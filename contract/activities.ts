import type { CauseName } from './causes.ts';
import type { MeasuredProgress } from './telemetry.ts';
import type { Budget, FailedLineage } from './workflows.ts';

/** A unit of a plan: which lineage, and which of its blocks (null: the base, before any training). */
export interface Unit {
  store: string;
  plan: string;
  sweep: string;
  lineage: number;
  block: number | null;
}

/** A stretch of a lineage, short enough for a history: its shape and what the store already holds of it. */
export interface OpenedLineage {
  /** Blocks of the whole lineage. */
  blocks: number;
  base: OpenedCheckpoint;
  /** How often its sweep's tries had to double the memory, as far as that holds for it; absent where they had not. */
  memoryGrowths?: number;
  /** Blocks from the one that was asked for, at most `STRETCH`; parents come before children, depth first. */
  stretch: OpenedBlock[];
}

/** A checkpoint's cells, and whether every one is scored; of a block that is not committed nobody looks. */
export interface OpenedCheckpoint {
  cells: number;
  scored: boolean;
}

export interface OpenedBlock extends OpenedCheckpoint {
  domain: string;
  /** Null: the base. */
  parent: number | null;
  committed: boolean;
}

/** Blocks opened at once. */
export const STRETCH = 200;

export interface TrainedBlock {
  /** The attempt whose outcome holds the result; null when somebody else's manifest was found. */
  attempt: number | null;
  computeSeconds: number;
}

export interface EvaluatedCheckpoint {
  computed: number;
  reused: number;
  computeSeconds: number;
}

export interface SweepToReport {
  store: string;
  plan: string;
  sweep: string;
  /** Null: as the report before says. */
  failed: FailedLineage[] | null;
}

export interface BudgetedSweep {
  store: string;
  sweep: string;
  budget: Budget;
}

export interface LineageStatus {
  lineage: number;
  running: boolean;
}

/** Every activity: at least once, so each reads what is committed before it writes. */
export interface ControlActivities {
  openLineage(lineage: Omit<Unit, 'block'> & { from: number }): Promise<OpenedLineage>;
  /** Renders the block's data (null: everything held out) into the store and checks it against the plan. */
  prepare(unit: Unit): Promise<void>;
  /** Commits the trained block's manifest; the first commit wins and the loser adopts it. */
  checkpoint(unit: Unit & { attempt: number | null }): Promise<void>;
  report(sweep: SweepToReport): Promise<void>;
  /** Whether all that the sweep's tries used up so far reaches its budget. */
  isSpent(sweep: BudgetedSweep): Promise<boolean>;
  /** Which of these lineages still run: for those that ended without a word. */
  findRunning(lineages: { workflowId: string; lineage: number }[]): Promise<LineageStatus[]>;
}

/** They do a unit of work, with a trainer. */
export interface UnitActivities {
  train(unit: PlacedUnit): Promise<TrainedBlock>;
  /** Predicts and scores every missing cell of one checkpoint; each is committed as it finishes. */
  evaluate(unit: PlacedUnit): Promise<EvaluatedCheckpoint>;
}

export interface ComputeActivities extends UnitActivities {
  /** Ends the pod of a unit that its worker left and that no other will follow now. */
  abandon(unit: PlacedUnit & { stage: keyof UnitActivities }): Promise<void>;
}

/**
 * A unit with what its lineage has learned of the cluster, and how often it has failed so far by each cause; absent where
 * there was nothing to learn.
 */
export type PlacedUnit = Unit & {
  placement?: Placement;
  spent?: Partial<Record<CauseName, number>>;
};

/** What failures on a cluster taught about where the next try runs. */
export interface Placement {
  /** Of the Job: another one beside a Job that may still be there, or with other memory. */
  generation: number;
  /** How often the memory was doubled. */
  memoryGrowths: number;
  /** Nodes with sick GPUs. */
  avoidNodes: string[];
}

/** Eight times what the sweep file asks for: what needs more than that should say so. */
export const MOST_GROWTHS = 3;

export const FIRST_PLACEMENT: Placement = { generation: 1, memoryGrowths: 0, avoidNodes: [] };

/**
 * `waiting` for another's claim. `queued` for a processor or GPUs. Of a pod: `queued` for its turn, `unschedulable` while no node takes it, `starting` until
 * the trainer runs.
 */
export type WorkStage = 'waiting' | 'queued' | 'unschedulable' | 'starting' | 'train' | 'evaluate';

/** What `train` and `evaluate` send with each heartbeat: for people only, never read back to resume. */
export interface HeartbeatDetails extends MeasuredProgress {
  label: string;
  stage: WorkStage;
  /** Why it does not run yet, in the cluster's words. */
  message?: string | undefined;
  /** The Job that it follows. */
  job?: string | undefined;
  steps: number;
}
