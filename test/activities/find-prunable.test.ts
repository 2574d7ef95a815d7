import { expect, test } from 'vitest';
import { findPrunable, type Retention } from '../../activities/find-prunable.ts';
import { pruneCheckpoints } from '../../activities/prune-checkpoints.ts';
import type { Plan } from '../../plan/plan.ts';
import { inspectBlock } from '../../store/blocks.ts';
import { planPath } from '../../store/layout.ts';
import { createRecord } from '../../store/records.ts';
import { withFaults } from '../store/faulty-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { text } from '../store/support.ts';
import { finish, submit } from './finished-runs.ts';

/** One run of three blocks. */
const CHAIN = {
  stream: { domains: ['travel', 'banking', 'library'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: [1],
};
/** Means 0.3, 0.6, 0.5. */
const SCORES = [
  [9, 0, 0],
  [9, 9, 0],
  [4, 5, 6],
];

test('the last checkpoint of a finished run stays, and no other', async () => {
  const { store, plan } = await finished();
  expect(await find(store, plan, 'last')).toEqual(['travel', 'banking']);
});

test('the best is the one with the highest mean over all domains', async () => {
  const { store, plan } = await finished();
  expect(await find(store, plan, 'best')).toEqual(['travel', 'library']);
  expect(await find(store, plan, 'last', 'best')).toEqual(['travel']);
});

test('of two that are as good the later stays', async () => {
  const { store, plan } = await finished(CHAIN, [[6, 6, 6], [6, 6, 6], SCORES[2] ?? []]);
  expect(await find(store, plan, 'best')).toEqual(['travel', 'library']);
});

test('the best is not judged by some of the domains: where only those seen are evaluated it is the last', async () => {
  const { store, plan } = await finished({ ...CHAIN, evaluate: { domains: 'seen' } }, [
    [10],
    [9, 9],
    [1, 1, 1],
  ]);
  expect(await find(store, plan, 'best')).toEqual(['travel', 'banking']);
});

test('a run that misses a score or a block keeps all that it has', async () => {
  const unscored = await finished(CHAIN, [
    [9, 0, 0],
    [9, 9, 0],
    [4, 5],
  ]);
  expect(await find(unscored.store, unscored.plan, 'last')).toEqual([]);
  const untrained = await finished(CHAIN, SCORES.slice(0, 2));
  expect(await find(untrained.store, untrained.plan, 'last')).toEqual([]);
});

test('a block that another sweep still has to go on from stays', async () => {
  const { store, plan } = await finished();
  await submit(store, { ...CHAIN, stream: { domains: ['travel', 'clinic'] } });
  expect(await find(store, plan, 'last')).toEqual(['banking']);
});

test('the block that another sweep starts from stays, though that is finished', async () => {
  const { store, plan } = await finished();
  const block = plan.lineages[0]?.blocks[1];
  const fork = await submit(store, { ...CHAIN, stream: { domains: ['clinic'] }, base: { block } });
  await finish(store, fork, 0, [[1]]);
  expect(await find(store, plan, 'last')).toEqual(['travel']);
});

test('what a plan of another version of Ratchet names stays', async () => {
  const { store, plan } = await finished();
  const named = JSON.stringify({ format: 'ratchet/plan/0', blocks: [plan.lineages[0]?.blocks[0]] });
  const { sha256 } = await store.putBlob(text(named));
  await createRecord(store, planPath('old-1', sha256), { format: 1, sweep: 'old-1', plan: sha256 });
  expect(await find(store, plan, 'last')).toEqual(['banking']);
});

test('where orders branch, the last of each order stays', async () => {
  const stream = { domains: ['travel', 'banking'], orders: 'all' };
  const { store, plan } = await finished({ ...CHAIN, stream }, [
    [1, 1],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  const prunable = await findPrunable(store, new Set(['last']));
  const first = plan.lineages[0]?.blocks.filter((key) => prunable.has(key));
  expect(first).toHaveLength(2);
  const roots = plan.trees.sequential?.blocks.filter(({ parent }) => parent === null);
  expect(roots).toHaveLength(2);
});

test('what is pruned already counts as finished', async () => {
  const { store, plan } = await finished();
  await prune(store);
  expect(await find(store, plan, 'last')).toEqual(['travel', 'banking']);
  expect(await prune(store)).toEqual([]);
});

test('a sweep that is submitted while checkpoints are pruned keeps its own', async () => {
  const { store, plan } = await finished();
  let isSubmitted = false;
  const raced = withFaults(store, {
    after: async (_operation, name) => {
      if (name !== 'create' || isSubmitted) return;
      isSubmitted = true; // The first record of what is pruned stands: now another sweep comes.
      await submit(store, { ...CHAIN, stream: { domains: ['travel', 'clinic'] } });
    },
  });
  const [travel, banking] = plan.lineages[0]?.blocks ?? [];
  expect(await prune(raced as MemoryStore)).toEqual([banking]);
  expect(await inspectBlock(store, travel ?? '')).toMatchObject({ state: 'intact' });
  expect(await inspectBlock(store, banking ?? '')).toMatchObject({ state: 'pruned' });
});

test('what was written within the grace is not pruned', async () => {
  const { store } = await finished();
  expect(await pruneCheckpoints(store, new Set(['last']), Date.now() - 60_000)).toEqual([]);
});

async function finished(changes: object = CHAIN, right: number[][] = SCORES) {
  const store = new MemoryStore();
  const plan = await submit(store, changes);
  await finish(store, plan, 0, right);
  return { store, plan };
}

function prune(store: MemoryStore): Promise<string[]> {
  return pruneCheckpoints(store, new Set(['last']), Date.now() + 60_000);
}

/** By the domains of their blocks. */
async function find(store: MemoryStore, plan: Plan, ...retain: Retention[]): Promise<string[]> {
  const keys = await findPrunable(store, new Set(retain));
  const { blocks = [] } = plan.lineages[0] ?? {};
  return plan.spec.stream.domains.filter((_, block) => keys.has(blocks[block] ?? ''));
}
