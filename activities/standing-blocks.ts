import { cellsOf, treeOf } from '../plan/cells.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Block, BlockState } from '../store/blocks.ts';
import { unlessDamaged } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { type Cell, cellsOn, readScore } from './cells.ts';

/** The committed block of that index, if it serves a lineage as it is: nothing about it has to be trained. */
export type FindStanding = (block: number) => Promise<Block | null>;

/**
 * A block stands whose weights are there, or were pruned and are needed by nobody: all of its cells are scored, and every
 * block that starts from it stands. `look` is asked once a block.
 */
export function findStandingIn(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
  look: (key: string) => Promise<BlockState>,
): FindStanding {
  const { blocks } = treeOf(plan, lineage);
  const known = new Map<number, Promise<Block | null>>();
  const find: FindStanding = (block) => {
    const finding = known.get(block) ?? look(lineage.blocks[block] ?? '').then(judge(block));
    known.set(block, finding);
    return finding;
  };
  const judge = (block: number) => async (found: BlockState) => {
    if (found.state === 'intact') return found.block;
    if (found.state !== 'pruned') return null;
    const cells = cellsOn(found.block.sha256, cellsOf(plan, lineage, block));
    if (!(await areScored(store, cells))) return null;
    for (const [child, { parent }] of blocks.entries())
      if (parent === block && !(await find(child))) return null;
    return found.block;
  };
  return find;
}

/** Changes nothing. */
export async function areScored(store: Store, cells: readonly Cell[]): Promise<boolean> {
  for (const cell of cells) if (!(await unlessDamaged(readScore(store, cell)))) return false;
  return true;
}
