import { readPredictions, readScore, standingCells } from '../activities/cells.ts';
import { checkpointsOf } from '../plan/cells.ts';
import type { Plan } from '../plan/plan.ts';
import type { Stored } from '../plan/preview.ts';
import { listPartials } from '../store/attempt-history.ts';
import { inspectBlock } from '../store/blocks.ts';
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
  for (const key of new Set(plan.lineages.flatMap((lineage) => lineage.blocks))) {
    const found = await inspectBlock(store, key);
    if (found.state === 'intact') {
      blocks.add(key);
      continue;
    }
    if (found.state === 'damaged') damaged.set(key, found.reasons.join('; '));
    const [newest] = await listPartials(store, key);
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
