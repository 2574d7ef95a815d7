import type { Step } from './domain.ts';
import type { Random } from '../contract/random.ts';
import type { BuiltinSettings } from './settings.ts';

type Plannable = Pick<Step<unknown>, 'name' | 'gives' | 'refersTo'>;

/**
 * How many turns each of a domain's dialogues has, and which of them need an earlier result.
 * Lengths take turns, and the share of needing turns is kept up from dialogue to dialogue: both
 * come out as set for every seed, and not by luck.
 */
export function planShapes(
  dialogues: number,
  { chainLength, traceShare }: BuiltinSettings,
  random: Random,
): boolean[][] {
  let turns = 0;
  let needing = 0;
  const shapes = Array.from({ length: dialogues }, (_, index) => {
    const length = turnsOf(index, chainLength);
    turns += length;
    const due = Math.min(length - 1, Math.max(0, Math.round(traceShare * turns - needing)));
    needing += due;
    const later = Array.from({ length: length - 1 }, (_later, position) => position < due);
    return [false, ...random.shuffle(later)];
  });
  return random.shuffle(shapes);
}

/** How many turns the planned dialogue at a place has. */
export function turnsOf(index: number, { min, max }: BuiltinSettings['chainLength']): number {
  return min + (index % (max - min + 1));
}

/**
 * The steps of one dialogue: none twice unless nothing else is left, and none before the result
 * that it needs.
 */
export function planSteps<S extends Plannable>(
  shape: readonly boolean[],
  steps: readonly S[],
  random: Random,
): S[] {
  const isReferredTo = (gives: string | undefined): boolean => {
    return steps.some(({ refersTo }) => refersTo !== undefined && refersTo.listing === gives);
  };
  const planned: S[] = [];
  for (const [at, needsTrace] of shape.entries()) {
    const open = planned.map((step) => step.gives);
    const moreNeeded = shape.slice(at).includes(true);
    const fitting = steps.filter(({ refersTo, gives }) => {
      if (needsTrace) return refersTo !== undefined && open.includes(refersTo.listing);
      if (refersTo !== undefined) return false;
      return at === 0 && moreNeeded ? isReferredTo(gives) : true;
    });
    const fresh = fitting.filter((step) => !planned.includes(step));
    planned.push(random.pick(fresh.length > 0 ? fresh : fitting));
  }
  return planned;
}
