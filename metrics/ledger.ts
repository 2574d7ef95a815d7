import {
  addSpending,
  type LedgerRow,
  type LedgerTry,
  NO_SPENDING,
  type Spending,
} from '../contract/ledger.ts';

/** How one try at a unit went, as far as its time is concerned. */
export interface Tried {
  /** Seconds before it held anything, while it held devices and did not run, and while it ran. */
  queued: number;
  starting: number;
  running: number;
  devices: number;
  /** How often the block had been found damaged before: what belongs to an earlier round was done in vain. */
  round: number;
  /**
   * Where it went on from, the last step that it is known to have done, and the one up to which its work is of use should
   * nobody come after it. Null: it never began.
   */
  steps: { from: number; last: number; kept: number } | null;
  result: LedgerTry['result'];
}

/**
 * Divides the time of the tries at one unit, given in their order. Running time counts by steps: useful are those up to
 * where the next try went on, repeated those that it did again. What a try that failed leaves unused is failed.
 */
export function divideTime(tries: readonly Tried[]): Spending[] {
  const newest = Math.max(...tries.map(({ round }) => round));
  return tries.map((one, index) => {
    const { round, devices } = one;
    const failed = one.result === 'failed';
    const later = tries.slice(index + 1).filter((other) => other.round === round);
    const running = Math.max(0, one.running) * devices;
    const useful = round < newest ? 0 : running * usefulShare(one, later);
    const rest = running - useful;
    return {
      queued: Math.max(0, one.queued),
      starting: Math.max(0, one.starting) * devices,
      useful,
      repeated: failed ? 0 : rest,
      failed: failed ? rest : 0,
    };
  });
}

/** Of several later tries the one that went furthest back decides: a damaged checkpoint is passed over. */
function usefulShare({ steps, result }: Tried, later: readonly Tried[]): number {
  if (!steps) return 0;
  const { from, kept } = steps;
  const resumed = later.flatMap((other) => other.steps?.from ?? []);
  const last = Math.max(from, steps.last);
  const used = Math.min(last, ...(resumed.length > 0 ? resumed : [kept]));
  const isWhole = resumed.length === 0 && (result === 'done' || result === null);
  if (last === from) return isWhole ? 1 : 0;
  return Math.max(0, used - from) / (last - from);
}

/** Sums by condition, seed and unit, in the order in which they first appear. */
export function sumLedger(tries: readonly LedgerTry[]): LedgerRow[] {
  const rows = new Map<string, LedgerRow>();
  for (const { condition, seed, unit, spending } of tries) {
    const name = JSON.stringify([condition, seed, unit]);
    const row = rows.get(name) ?? { condition, seed, unit, tries: 0, spending: NO_SPENDING };
    rows.set(name, {
      ...row,
      tries: row.tries + 1,
      spending: addSpending(row.spending, spending),
    });
  }
  return [...rows.values()];
}
