import { MOST_GROWTHS } from '../contract/activities.ts';
import { growMemory } from '../k8s/containers.ts';
import type { Plan, PlannedLineage } from '../plan/plan.ts';
import type { Store } from '../store/store.ts';
import type { Try } from '../store/tries.ts';
import { readKnownTries } from './known-tries.ts';

/**
 * How often a lineage begins with doubled memory: as often as its own earlier tries had it doubled, or those of others that
 * came to their end with it, since blocks of a sweep are much alike. What no node took teaches nothing.
 */
export async function countGrowths(
  store: Store,
  plan: Plan,
  lineage: PlannedLineage,
): Promise<number> {
  const { compute } = plan.spec;
  if (compute.kind !== 'kubernetes') return 0;
  const sizes = Array.from({ length: MOST_GROWTHS + 1 }, (_, growths) =>
    growMemory(compute.memory, growths),
  );
  const tries = await readKnownTries(store, plan.sweep);
  const teaching = tries.filter((one) => one.startingAt !== null && isLike(one, lineage));
  // Tries of a file that asked for other memory say nothing.
  return Math.max(0, ...teaching.map(({ memory }) => sizes.indexOf(memory ?? '')));
}

function isLike({ condition, seed, end }: Try, lineage: PlannedLineage): boolean {
  const isOwn = condition === lineage.condition && seed === lineage.seed;
  return isOwn || end?.result === 'done';
}
