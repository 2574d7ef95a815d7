import { treeOf } from './cells.ts';
import type { BlockTree, Plan, PlannedLineage } from './plan.ts';

/** A block in its plan. */
export interface BlockPlace {
  plan: Plan;
  lineage: PlannedLineage;
  block: number;
  /** Names of the blocks from the root to this one, itself included. */
  route: string[];
}

/** Every block of every lineage, in the plan's order. */
export function listPlaces(plan: Plan): BlockPlace[] {
  const routes = new Map(
    Object.values(plan.trees).map((tree) => [tree, listRoutes(tree)] as const),
  );
  return plan.lineages.flatMap((lineage) => {
    const ofTree = routes.get(treeOf(plan, lineage)) ?? [];
    return ofTree.map((route, block) => ({ plan, lineage, block, route }));
  });
}

function listRoutes({ blocks }: BlockTree): string[][] {
  const routes: string[][] = [];
  for (const { name, parent } of blocks) routes.push([...(routes[parent ?? -1] ?? []), name]);
  return routes;
}

/** Equal for blocks of several plans that are reached under the same condition and seed over the same domains. */
export function namePlace({ lineage, route }: BlockPlace): string {
  return JSON.stringify([lineage.condition, lineage.seed, route]);
}

export function keyAt({ lineage, block }: Pick<BlockPlace, 'lineage' | 'block'>): string {
  return lineage.blocks[block] ?? '';
}
