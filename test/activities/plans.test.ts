import { expect, test } from 'vitest';
import { readPlan, writePlan } from '../../activities/plans.ts';
import type { Plan } from '../../plan/plan.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';

test('a stored plan is read back as it was', async () => {
  const store = new MemoryStore();
  const plan = planOf();
  expect(await readPlan(store, await writePlan(store, plan))).toEqual(plan);
});

test('a plan of another version is refused in one sentence', async () => {
  const store = new MemoryStore();
  const earlier = { ...planOf(), format: 'ratchet/plan/1' } as unknown as Plan;
  const digest = await writePlan(store, earlier);
  await expect(readPlan(store, digest)).rejects.toThrow(/another version of Ratchet: run its/);
});
