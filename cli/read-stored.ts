import { readPredictions, readScore, standingCells } from '../activities/cells.ts';
import { findStandingIn } from '../activities/standing-blocks.ts';
import { checkpointsOf } from '../plan/cells.ts';
import type { Plan } from '../plan/plan.ts';
import type { Stored } from '../plan/preview.ts';
import { listPartials } from '../store/attempt-history.ts';
import { type BlockState, hasResult, inspectBlock } from '../store/blocks.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** What a store holds of a plan. Changes nothing. */
export async function readStored(store: Store, plan: Plan): Promise<Stored> {
  return { ...(await readBlocks(store, plan)), ...(await readCells(store, plan)) };
}

async function readBlocks(
  store: Store,
  plan: Plan,
): Promise<Pick<Stored, 'blocks' | 'partial' | 'damaged'>> {
  const blocks = new Set<string>();
  const partial = new Map<string, number>();
  const damaged = new Map<string, string>();
  const looked = new Map<string, Promise<BlockState>>();
  const look = (key: string): Promise<BlockState> => {
    const found = looked.get(key) ?? inspectBlock(store, key);
    looked.set(key, found);
    return found;
  };
  const keys = new Set(plan.lineages.flatMap((lineage) => lineage.blocks));
  for (const key of keys) {
    const found = await look(key);
    if (hasResult(found.state)) blocks.add(key);
    if (found.state === 'damaged') damaged.set(key, found.reasons.join('; '));
  }
  for (const lineage of plan.lineages) {
    const findStanding = findStandingIn(store, plan, lineage, look);
    for (const [block, key] of lineage.blocks.entries()) {
      if (!blocks.has(key) || (await findStanding(block))) continue;
      blocks.delete(key);
      damaged.set(key, 'its weights were pruned, and are needed again');
    }
  }
  for (const key of keys) {
    const [newest] = blocks.has(key) ? [] : await listPartials(store, key);
    if (newest) partial.set(key, newest.step);
  }
  return { blocks, partial, damaged };
}

async function readCells(
  store: Store,
  plan: Plan,
): Promise<Pick<Stored, 'scores' | 'predictions'>> {
  const scores = new Set<string>();
  const predictions = new Set<string>();
  for (const lineage of plan.lineages)
    for (const block of checkpointsOf(lineage))
      for (const cell of await standingCells(store, plan, lineage, block)) {
        if (await unlessDamaged(readScore(store, cell))) scores.add(cell.score);
        else if (await unlessDamaged(readPredictions(store, cell)))
          predictions.add(cell.prediction);
      }
  return { scores, predictions };
}
