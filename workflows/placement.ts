import { FIRST_PLACEMENT, MOST_GROWTHS, type Placement } from '../contract/activities.ts';
import type { StageFailure } from './stages.ts';

/** With no less memory than was needed elsewhere in its sweep. */
export function withMemory(
  placement: Placement | undefined,
  growths: number,
): Placement | undefined {
  const before = placement ?? FIRST_PLACEMENT;
  return growths > before.memoryGrowths ? { ...before, memoryGrowths: growths } : placement;
}

/** It had all the memory that a try is ever given. */
export function isHopeless(placement: Placement | undefined, { cause }: StageFailure): boolean {
  return cause === 'host-oom' && placement?.memoryGrowths === MOST_GROWTHS;
}

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
