import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  countsOf,
  digestFolder,
  type Ended,
  newFolder,
  predict,
  readEvents,
  runLearner,
  runToEnd,
  startLearner,
  trainJob,
  untilEvent,
  writeLines,
  writeTools,
} from './learner-process.ts';
import { toyExamples, TOOLS } from './toy.ts';

/** 20 steps: 40 examples in steps of 4, twice. */
const STEPS = 20;
const hyperparameters = { epochs: 2, batchSize: 4, tableBits: 16 };
const tools = writeTools(TOOLS);
const data = writeLines(toyExamples('from', 40, 1));
const job = { data, tools, hyperparameters };
const heldOut = toyExamples('from', 10, 2);

let whole: Ended;
let expected: object;
beforeAll(async () => {
  whole = await runToEnd(trainJob({ ...job, checkpointEvery: STEPS / 2 }));
  expected = await outcomeOf(whole);
});

/** Everything that has to be equal: the files of the weights, the result, what is predicted with them. */
async function outcomeOf({ folder, code, events }: Ended): Promise<object> {
  const weights = join(folder, 'weights');
  const texts = await predict(heldOut, tools, weights, hyperparameters);
  return { code, result: events.at(-1), weights: digestFolder(weights), texts };
}

const stepsOf = (folder: string): number[] => {
  return readEvents(folder).flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []));
};

test('the same job gives the same bytes in another process', async () => {
  expect(await outcomeOf(await runToEnd(trainJob(job)))).toEqual(expected);
  const other = await runToEnd(trainJob({ ...job, seed: 2 }));
  expect(digestFolder(join(other.folder, 'weights'))).not.toEqual(
    digestFolder(join(whole.folder, 'weights')),
  );
});

test('10 steps and 10 steps are 20 steps', async () => {
  expect(whole.events.at(-1)).toMatchObject({ type: 'result', steps: STEPS });
  const resume = join(whole.folder, 'checkpoints', '10');
  expect(await outcomeOf(await runToEnd(trainJob({ ...job, resume })))).toEqual(expected);
});

test('killed in the middle, it goes on from its latest checkpoint', async () => {
  const running = startLearner(trainJob({ ...job, checkpointEvery: 3 }));
  await untilEvent(running, 'checkpoint');
  running.child.kill('SIGKILL');
  const { folder, signal } = await running.ended;
  expect(signal).toBe('SIGKILL');
  expect(existsSync(join(folder, 'weights'))).toBe(false);
  const resume = join(folder, 'checkpoints', String(stepsOf(folder).at(-1)));
  expect(await outcomeOf(await runToEnd(trainJob({ ...job, resume })))).toEqual(expected);
});

test('told to stop, it leaves a checkpoint of the step it is at', async () => {
  const longer = { ...job, hyperparameters: { ...hyperparameters, epochs: 200 } };
  const running = startLearner(trainJob(longer));
  await untilEvent(running, 'progress');
  running.child.kill('SIGTERM');
  const ended = await running.ended;
  expect(ended.code).toBe(75);
  expect(ended.events.at(-1)?.type).toBe('checkpoint');
  const [step = 0] = stepsOf(ended.folder);
  const resume = join(ended.folder, 'checkpoints', String(step));

  const rest = startLearner(trainJob({ ...longer, resume, checkpointEvery: 1 }));
  await untilEvent(rest, 'checkpoint');
  rest.child.kill('SIGTERM');
  const later = await rest.ended;
  expect(stepsOf(later.folder)[0]).toBe(step + 1);
  const from = startLearner(trainJob({ ...longer, checkpointEvery: step + 1 }));
  await untilEvent(from, 'checkpoint');
  from.child.kill('SIGKILL');
  const straight = await from.ended;
  expect(digestFolder(join(later.folder, 'checkpoints', String(step + 1)))).toEqual(
    digestFolder(join(straight.folder, 'checkpoints', String(step + 1))),
  );
});

test('with two checkpoints unacknowledged it waits, and goes on when they are taken away', async () => {
  const running = startLearner(trainJob({ ...job, checkpointEvery: 2 }));
  const standing = (step: number): string => join(running.folder, 'checkpoints', String(step));
  while (!existsSync(standing(4))) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stepsOf(running.folder)).toEqual([2, 4]);
  const kept = new Set<number>();
  while (running.child.exitCode === null) {
    for (const step of stepsOf(running.folder)) {
      if (kept.size < 2 || !kept.has(step))
        rmSync(standing(step), { recursive: true, force: true });
      kept.add(step);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await outcomeOf(await running.ended)).toEqual(expected);
  expect([...kept]).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18]);
});

test('when its standard input closes it ends at once, though it waits', async () => {
  const running = startLearner(trainJob({ ...job, checkpointEvery: 2 }));
  await untilEvent(running, 'checkpoint');
  running.child.stdin?.end();
  expect((await running.ended).code).toBe(75);
  expect(existsSync(join(running.folder, 'weights'))).toBe(false);
});

test('a checkpoint of other data, settings or seeds is refused', async () => {
  const resume = join(whole.folder, 'checkpoints', '10');
  for (const other of [
    { ...job, data: writeLines(toyExamples('to', 40, 1)) },
    { ...job, hyperparameters: { ...hyperparameters, epochs: 3 } },
    { ...job, seed: 5 },
    { ...job, parent: join(whole.folder, 'weights') },
  ]) {
    const { code, stderr } = await runLearner(trainJob({ ...other, resume }));
    expect(code).toBe(78);
    expect(stderr).toMatch(/checkpoint of another job/);
  }
});

test('the next block starts from the parent’s weights with a fresh optimiser', async () => {
  const parent = join(whole.folder, 'weights');
  const child = await runToEnd(trainJob({ ...job, parent, checkpointEvery: STEPS / 2 }));
  expect(digestFolder(join(child.folder, 'weights'))).not.toEqual(digestFolder(parent));
  const resume = join(child.folder, 'checkpoints', '10');
  const resumed = await runToEnd(trainJob({ ...job, parent, resume }));
  expect(digestFolder(join(resumed.folder, 'weights'))).toEqual(
    digestFolder(join(child.folder, 'weights')),
  );
  expect(countsOf(resumed)).toEqual(countsOf(child));
});

test('a copy of a checkpoint is as good as the checkpoint', async () => {
  const copy = newFolder();
  cpSync(join(whole.folder, 'checkpoints', '10'), copy, { recursive: true });
  expect(await outcomeOf(await runToEnd(trainJob({ ...job, resume: copy })))).toEqual(expected);
});
