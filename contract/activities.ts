import type { FailedLineage } from './workflows.ts';

/** A unit of a plan: which lineage, and which of its blocks (null: the base, before any training). */
export interface Unit {
  store: string;
  plan: string;
  sweep: string;
  lineage: number;
  block: number | null;
}

/** The shape of a lineage and what the store already holds of it. */
export interface OpenedLineage {
  /** Block i's domain and its parent (null: the base); parents come before children, depth first. */
  domains: string[];
  parents: (number | null)[];
  /** Committed blocks, and checkpoints whose every cell is scored (index 0: the base, i + 1: block i). */
  committed: boolean[];
  scored: boolean[];
  /** Cells of each checkpoint, indexed likewise. */
  cells: number[];
}

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
  failed: FailedLineage[];
}

export interface LineageStatus {
  lineage: number;
  running: boolean;
}

/** Every activity: at least once, so each reads what is committed before it writes. */
export interface ControlActivities {
  openLineage(lineage: Omit<Unit, 'block'>): Promise<OpenedLineage>;
  /** Renders the block's data (null: everything held out) into the store and checks it against the plan. */
  prepare(unit: Unit): Promise<void>;
  /** Commits the trained block's manifest; the first commit wins and the loser adopts it. */
  checkpoint(unit: Unit & { attempt: number | null }): Promise<void>;
  report(sweep: SweepToReport): Promise<void>;
  /** Which of these lineages still run: for those that ended without a word. */
  findRunning(lineages: { workflowId: string; lineage: number }[]): Promise<LineageStatus[]>;
}

export interface ComputeActivities {
  train(unit: Unit): Promise<TrainedBlock>;
  /** Predicts and scores every missing cell of one checkpoint; each is committed as it finishes. */
  evaluate(unit: Unit): Promise<EvaluatedCheckpoint>;
}

/** What `train` and `evaluate` send with each heartbeat: for people only, never read back to resume. */
export interface HeartbeatDetails {
  label: string;
  stage: 'waiting' | 'starting' | 'train' | 'evaluate';
  step: number;
  steps: number;
  loss: number | null;
  tokensPerSecond: number;
}
