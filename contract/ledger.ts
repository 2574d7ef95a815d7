/** What a sweep cost and what came of it: every try at a unit of work, and its time by what it was good for. */

import type { Telemetry } from './telemetry.ts';
import type { TrainerWarning } from './trainer-warnings.ts';

/** What a try holds while it starts and runs: GPUs or, where it has none, a place on a processor. */
export type DeviceUnit = 'GPU' | 'processor';

/**
 * Seconds. `queued` is waiting that holds nothing; the others are seconds times the devices held. `starting`: images, data
 * and weights are on their way to a device that is already taken. `useful`, `repeated` and `failed` are the running time:
 * of steps that the result stands on, of steps that another try did again, and what failures wasted.
 */
export interface Spending {
  useful: number;
  repeated: number;
  failed: number;
  starting: number;
  queued: number;
}

export const SPENDING = ['useful', 'repeated', 'failed', 'starting', 'queued'] as const;

export interface LedgerTry {
  condition: string;
  seed: number;
  /** The domain, or `base`. */
  block: string;
  stage: 'train' | 'evaluate';
  unit: DeviceUnit;
  devices: number;
  /** What the trainer's container ran, as its node named it by digest; null outside a cluster, or where it never ran. */
  image: string | null;
  /** Null: it runs, or had an end that nobody saw. */
  result: 'done' | 'interrupted' | 'failed' | null;
  cause: string | null;
  /** ISO 8601 in UTC: when it was first wanted, and when it ended or was last seen. */
  start: string;
  end: string;
  spending: Spending;
  /** What its trainer told of training, null where it did not, and what it warned of. */
  telemetry: Telemetry | null;
  warnings: TrainerWarning[];
}

/** One condition and seed. */
export interface LedgerRow {
  condition: string;
  seed: number;
  unit: DeviceUnit;
  tries: number;
  spending: Spending;
}

export interface Ledger {
  rows: LedgerRow[];
  tries: LedgerTry[];
}

export const NO_SPENDING: Spending = { useful: 0, repeated: 0, failed: 0, starting: 0, queued: 0 };

export function addSpending(a: Spending, b: Spending): Spending {
  return {
    useful: a.useful + b.useful,
    repeated: a.repeated + b.repeated,
    failed: a.failed + b.failed,
    starting: a.starting + b.starting,
    queued: a.queued + b.queued,
  };
}

/** Seconds of devices: all but the waiting. */
export function heldSeconds({ useful, repeated, failed, starting }: Spending): number {
  return useful + repeated + failed + starting;
}
