import type { RunTrainer, TrainerCommand } from './trainer-process.ts';

/** Where trainers run: folders of their own, a bound on how many run at once, and how one is run. */
export interface Place {
  takeTurn: TakeTurn;
  makeFolder: () => Promise<string>;
  /** The folder of base weights that all trainers of this node share. */
  cache: string;
}

/** Waits until a trainer may run, and holds what it needs while `act` runs it as it is told. */
export type TakeTurn = <T>(turn: Turn, act: (run: RunTrainer) => Promise<T>) => Promise<T>;

export interface Turn {
  trainer: TrainerCommand;
  /** Aborted: it waits no longer. */
  signal: AbortSignal;
  onWait: (message: string) => void;
}
