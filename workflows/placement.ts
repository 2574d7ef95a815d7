import { FIRST_PLACEMENT, type Placement } from '../contract/activities.ts';
import type { StageFailure } from './stages.ts';

/** Eight times what the sweep file asks for: what needs more than that should say so. */
const MOST_GROWTHS = 3;

/** Where the next try runs, after a failure on a cluster: for the rest of the lineage, whose blocks are much alike. */
export function learnPlacement(
  placement: Placement | undefined,
  { cause, node }: StageFailure,
): Placement | undefined {
  const before = placement ?? FIRST_PLACEMENT;
  const generation = before.generation + 1;
  switch (cause) {
    case 'host-oom': {
      const memoryGrowths = Math.min(before.memoryGrowths + 1, MOST_GROWTHS);
      return { ...before, generation, memoryGrowths };
    }
    case 'node-lost':
      return { ...before, generation };
    case 'sick-node': {
      const avoidNodes = [...new Set([...before.avoidNodes, ...(node ? [node] : [])])];
      return { ...before, generation, avoidNodes };
    }
    default:
      return placement;
  }
}
