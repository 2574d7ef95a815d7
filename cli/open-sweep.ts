import { readPlan } from '../activities/plans.ts';
import { pathTo, treeOf } from '../plan/cells.ts';
import type { BlockTree, Plan } from '../plan/plan.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { type Home, locateHome } from '../worker/home.ts';
import { type CatalogEntry, findSweep } from './catalog.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** A sweep of this home with its plan and store. */
export interface OpenedSweep {
  home: Home;
  entry: CatalogEntry;
  plan: Plan;
  store: Store;
}

/** By id or the beginning of one; the latest where none is named. */
export async function openSweep(wanted: string | undefined): Promise<OpenedSweep> {
  const home = locateHome();
  const entry = await findSweep(home, wanted);
  const store = await openStore(entry.store);
  return { home, entry, store, plan: await readPlan(store, entry.plan) };
}

export interface BlockName {
  lineage: number;
  block: number;
  key: string;
  label: string;
}

/** Finds a block by `condition/seed/domain`; where orders differ, by the domains on its way, joined by `>`. */
export function findBlock(plan: Plan, label: string): BlockName {
  const blocks = listBlocks(plan);
  const found = blocks.find((one) => one.label === label);
  if (found) return found;
  const some = blocks.slice(0, 4).map((one) => one.label);
  throw new CliError(
    EXIT.notFound,
    `no block ${label} in ${plan.sweep}: blocks are named condition/seed/domain, like ${some.join(', ')}`,
  );
}

export function listBlocks(plan: Plan): BlockName[] {
  return plan.lineages.flatMap((planned, lineage) => {
    const tree = treeOf(plan, planned);
    return planned.blocks.map((key, block) => {
      const label = `${planned.condition}/${planned.seed}/${nameCheckpoint(tree, block)}`;
      return { lineage, block, key, label };
    });
  });
}

/** A block of a lineage by its domain or, where orders differ, the domains on its way; `base` before any. */
export function nameCheckpoint(tree: BlockTree, block: number | null): string {
  if (block === null) return 'base';
  const path = pathTo(tree, block).map(({ name }) => name);
  return tree.orders.length === 1 ? (path.at(-1) ?? '') : path.join('>');
}
