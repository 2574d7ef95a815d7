import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../plan/cells.ts';
import type { Plan } from '../../plan/plan.ts';
import { blockKeys, planOf } from './study.ts';

const FOUR = ['travel', 'banking', 'library', 'clinic'];

describe('a sweep that starts from a block', () => {
  const whole = planOf({ stream: { domains: FOUR } });
  const [travel = '', ...others] = whole.lineages[0]?.blocks ?? [];
  const fork = planOf({ stream: { domains: FOUR.slice(1) }, base: { block: travel } });

  test('has the keys of what already follows that block', () => {
    expect(fork.lineages[0]?.blocks).toEqual(others);
    const known = new Set(blockKeys(whole));
    expect(blockKeys(fork).filter((key) => known.has(key))).toEqual(others);
  });

  test('starts with the predictions of that block', () => {
    expect(predicted(fork, null)).toEqual(predicted(whole, 0));
  });

  test('is another sweep even where it trains nothing', () => {
    const conditions = { base: { trace: 'keep', strategy: 'zero-shot' } };
    const ids = [{}, { base: { block: travel } }].map(
      (base) => planOf({ conditions, ...base }).sweep,
    );
    expect(new Set(ids).size).toBe(2);
  });
});

/** Without the domain that the fork has left out. */
function predicted(plan: Plan, block: number | null): string[] {
  const [lineage] = plan.lineages;
  const all = lineage ? cellsOf(plan, lineage, block) : [];
  return all.filter(({ domain }) => domain !== 'travel').map(({ prediction }) => prediction);
}
