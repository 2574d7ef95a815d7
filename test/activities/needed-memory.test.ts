import { expect, test } from 'vitest';
import { countGrowths } from '../../activities/needed-memory.ts';
import { type Try, writeTry } from '../../store/tries.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { tryOf } from '../store/try-of.ts';

const DONE = { end: { result: 'done' } } as const;
const OOM = {
  end: { result: 'failed', cause: 'host-oom', message: 'OOMKilled', failures: 1 },
} as const;

/** How often the lineage keep/1, which asks for 4Gi, begins with doubled memory after these tries of its sweep. */
async function growthsAfter(...tries: Partial<Try>[]): Promise<number> {
  const compute = { kind: 'kubernetes', namespace: 'team', image: 'i', memory: '4Gi' };
  const plan = planOf({ compute, store: 's3://bucket/ratchet' });
  const store = new MemoryStore();
  for (const [index, one] of tries.entries())
    await writeTry(store, tryOf({ key: plan.sweep, name: `pod-${index}`, ...one }));
  const [lineage] = plan.lineages;
  if (!lineage) throw new Error('no lineage');
  return countGrowths(store, plan, lineage);
}

test('a lineage begins with what its own tries had last, whatever became of them', async () => {
  expect(await growthsAfter()).toBe(0);
  expect(await growthsAfter(OOM)).toBe(0);
  expect(await growthsAfter(OOM, { memory: '8Gi', ...OOM }, { memory: '16Gi' })).toBe(2);
});

test('of other lineages it takes over what was enough, and not what was not', async () => {
  const others = { condition: 'strip', seed: 2 };
  expect(await growthsAfter({ ...others, memory: '8Gi', ...DONE })).toBe(1);
  expect(await growthsAfter({ ...others, memory: '32Gi', ...OOM })).toBe(0);
});

test('memory that no node had teaches nothing, nor does what an earlier file asked for', async () => {
  expect(await growthsAfter({ memory: '32Gi', startingAt: null })).toBe(0);
  expect(await growthsAfter({ memory: '6Gi', ...DONE })).toBe(0);
});
