import type { TrainerEvent } from '../contract/trainer-events.ts';

/** Utilisation below this is idleness: a driver's own housekeeping. */
const IDLE = 0.01;

/**
 * Tells events that show a trainer at work from those that only show that it is there: no further step, and by its own word
 * GPUs that do nothing. A trainer that does not tell of its GPUs is at work whenever it says anything.
 */
export function createVitalSigns(): (event: TrainerEvent) => boolean {
  let reached = -1;
  return (event) => {
    if (event.type !== 'progress') return true;
    const { step, gpuUtilisation } = event;
    const isFurther = step !== reached;
    reached = step;
    return isFurther || gpuUtilisation === undefined || gpuUtilisation >= IDLE;
  };
}
