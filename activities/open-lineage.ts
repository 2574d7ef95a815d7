import {
  type OpenedCheckpoint,
  type OpenedLineage,
  STRETCH,
  type Unit,
} from '../contract/activities.ts';
import { cellsOf, lineageAt, treeOf, weightsOf } from '../plan/cells.ts';
import { type Block, type BlockState, findDamage, inspectBlock } from '../store/blocks.ts';
import type { Store } from '../store/store.ts';
import { type Cell, cellsOn, hasScore } from './cells.ts';
import { countGrowths } from './needed-memory.ts';
import { readPlan } from './plans.ts';
import { findStandingIn } from './standing-blocks.ts';

/** What the next stretch of a lineage has to do, and what stands already. */
export async function openLineage(
  store: Store,
  of: Omit<Unit, 'block'> & { from: number },
): Promise<OpenedLineage> {
  const plan = await readPlan(store, of.plan);
  const lineage = lineageAt(plan, of.lineage);
  const { blocks } = treeOf(plan, lineage);
  const findStanding = findStandingIn(store, plan, lineage, (key) => readInFull(store, key));
  const open = async (block: number | null, found: Block | null): Promise<OpenedCheckpoint> => {
    const cells = cellsOn(found?.sha256 ?? null, cellsOf(plan, lineage, block));
    const isThere = found !== null || weightsOf(plan, lineage, block) === null;
    const scored = isThere && (await haveScores(store, cells));
    return { cells: cells.length, scored };
  };
  const stretch: OpenedLineage['stretch'] = [];
  const lacking = new Set<number | null>();
  for (const [offset, { name, parent }] of blocks.slice(of.from, of.from + STRETCH).entries()) {
    const block = of.from + offset;
    // A parent that is computed again may come out differently: whether its children still fit shows only then.
    const found = lacking.has(parent) ? null : await findStanding(block);
    if (!found) lacking.add(block);
    stretch.push({
      domain: name,
      parent,
      committed: found !== null,
      ...(await open(block, found)),
    });
  }
  const key = weightsOf(plan, lineage, null);
  const base = key === null ? null : await readInFull(store, key);
  const memoryGrowths = await countGrowths(store, plan, lineage);
  return {
    blocks: blocks.length,
    base: await open(null, base?.state === 'intact' ? base.block : null),
    ...(memoryGrowths > 0 && { memoryGrowths }),
    stretch,
  };
}

async function haveScores(store: Store, cells: Cell[]): Promise<boolean> {
  const scored = await Promise.all(cells.map((cell) => hasScore(store, cell)));
  return scored.every(Boolean);
}

/** A committed block is read in full before it is used again; what is damaged is recorded and computed again. */
async function readInFull(store: Store, key: string): Promise<BlockState> {
  const found = await inspectBlock(store, key);
  const isDamaged = found.state === 'intact' && (await findDamage(store, key)).length > 0;
  return isDamaged ? inspectBlock(store, key) : found;
}
