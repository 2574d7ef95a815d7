import { expect, test } from 'vitest';
import { readCounts } from '../../activities/counts.ts';
import { type Task, withCounts } from '../../activities/task.ts';
import { trainingOf } from '../../plan/cells.ts';
import { planOf } from '../plan/study.ts';
import { MemoryStore } from '../store/memory-store.ts';

const COUNT = {
  type: 'count',
  name: 'train',
  examples: 10,
  tokens: 1000,
  targetTokens: 100,
  truncatedExamples: 0,
  truncatedTurns: 0,
  droppedExamples: 0,
} as const;

function firstBlock(tokens: number | Record<number, number>, seed = 1): Task {
  const plan = planOf({ expect: { tokens: { keep: { travel: tokens } } } });
  const lineage = plan.lineages.find((one) => one.condition === 'keep' && one.seed === seed);
  if (!lineage) throw new Error('no lineage');
  const trainer = { ...plan.trainer, command: ['true'] };
  return { store: new MemoryStore(), plan, lineage, block: 0, trainer, label: 'travel' };
}

test('a trainer that counts otherwise where it trains is stopped before its first step', async () => {
  const task = firstBlock(999);
  await expect(withCounts(task, {}).onCount(COUNT)).rejects.toMatchObject({
    causeName: 'data',
    message: expect.stringMatching(/keep\/1\/travel: expected 999 tokens, found 1,000 \(\+1\)/),
  });
});

test('of counts by seed the one of its own seed stops it', async () => {
  const bySeed = { 1: 1000, 2: 999 };
  await withCounts(firstBlock(bySeed, 1), {}).onCount(COUNT);
  await expect(withCounts(firstBlock(bySeed, 2), {}).onCount(COUNT)).rejects.toMatchObject({
    causeName: 'data',
    message: expect.stringMatching(/keep\/2\/travel: expected 999 tokens, found 1,000 \(\+1\)/),
  });
});

test('what it counts as expected is kept', async () => {
  const task = firstBlock(1000);
  await withCounts(task, {}).onCount(COUNT);
  const { sha256 } = trainingOf(task.plan, task.lineage, 0);
  const file = { sha256, condition: 'keep' };
  expect(await readCounts(task.store, task.plan, file)).toMatchObject({ tokens: 1000 });
});

test('what is counted under hyperparameters of a condition is kept apart from other conditions', async () => {
  const conditions = {
    keep: { trace: 'keep' },
    short: { trace: 'keep', hyperparameters: { maxTokens: 9 } },
  };
  const plan = planOf({ conditions });
  const store = new MemoryStore();
  for (const [index, tokens] of [1000, 90].entries()) {
    const lineage = plan.lineages[index];
    if (!lineage) throw new Error('no lineage');
    const trainer = { ...plan.trainer, command: ['true'] };
    const task = { store, plan, lineage, block: 0, trainer, label: 'travel' };
    await withCounts(task, {}).onCount({ ...COUNT, tokens });
  }
  const sha256 = plan.training[0]?.sha256 ?? '';
  expect(await readCounts(store, plan, { sha256, condition: 'keep' })).toMatchObject({
    tokens: 1000,
  });
  expect(await readCounts(store, plan, { sha256, condition: 'short' })).toMatchObject({
    tokens: 90,
  });
});
