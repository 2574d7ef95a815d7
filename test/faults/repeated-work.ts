import { listPartials, readHistory, readOutcome } from '../../store/attempt-history.ts';
import { inspectBlock } from '../../store/blocks.ts';
import { BLOCKS, parsePath } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';

/** What is durable of a block at some moment. */
export interface BlockProgress {
  committed: boolean;
  /** Attempts claimed so far. */
  attempts: number;
  /** Step of the newest partial checkpoint. */
  step: number;
}

/** By block key. */
export type Progress = Map<string, BlockProgress>;

export async function readStoreProgress(store: Store): Promise<Progress> {
  const keys = new Set((await store.list(BLOCKS)).flatMap((path) => parsePath(path)?.key ?? []));
  const progress: Progress = new Map();
  for (const key of keys) {
    const committed = (await inspectBlock(store, key)).state === 'intact';
    const attempts = (await readHistory(store, key)).length;
    const [newest] = await listPartials(store, key);
    progress.set(key, { committed, attempts, step: newest?.step ?? 0 });
  }
  return progress;
}

/** Committed, or trained and about to be. */
export async function hasResult(store: Store, key: string): Promise<boolean> {
  if ((await inspectBlock(store, key)).state === 'intact') return true;
  const newest = (await readHistory(store, key)).at(-1)?.number;
  return newest !== undefined && (await readOutcome(store, key, newest))?.result === 'done';
}

/**
 * What was repeated that need not have been: attempts on blocks that were committed before, and attempts that went on
 * from less than what was durable. Empty when all is well.
 */
export async function findRepeatedWork(store: Store, before: Progress): Promise<string[]> {
  const complaints: string[] = [];
  for (const [key, { committed, attempts, step }] of before) {
    for (const { number, start } of (await readHistory(store, key)).slice(attempts)) {
      if (committed) complaints.push(`attempt ${number} on ${key}, which was committed before`);
      const from = start?.resumedFrom?.step ?? 0;
      if (start && from < step)
        complaints.push(
          `attempt ${number} on ${key} went on from step ${from}, durable was ${step}`,
        );
    }
  }
  return complaints;
}

/** Attempts that began to train, beyond the one that every block needs. */
export async function countFurtherAttempts(store: Store): Promise<number> {
  let further = 0;
  for (const key of (await readStoreProgress(store)).keys()) {
    const started = (await readHistory(store, key)).filter(({ start }) => start);
    further += Math.max(0, started.length - 1);
  }
  return further;
}
