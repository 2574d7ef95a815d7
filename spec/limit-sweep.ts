import { LIMITS } from './limits.ts';
import type { Sweep } from './sweep.ts';

/**
 * The same study on at most so many examples of a domain, on either side and under every condition: a trial of its own, with
 * a name that says so. Smaller limits of the study's own stay; counts that it expects are those of all examples.
 */
export function limitSweep(study: Sweep, most: number): Sweep {
  const { expect: _ofAllExamples, ...sweep } = study;
  const atMost = (limit: number | null | undefined): number => Math.min(limit ?? most, most);
  const suffix = `-limit${most}`;
  return {
    ...sweep,
    name: `${sweep.name.slice(0, LIMITS.nameLength - suffix.length)}${suffix}`,
    conditions: sweep.conditions.map((condition) => ({
      ...condition,
      limit: atMost(condition.limit),
      upsample: condition.upsample === null ? null : atMost(condition.upsample),
    })),
    evaluate: { ...sweep.evaluate, limit: atMost(sweep.evaluate.limit) },
  };
}
