import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { silenceTemporal } from '../workflows/temporal.ts';

interface Recording {
  workflowId: string;
  events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
}

const folder = join(import.meta.dirname, 'histories');
const files = readdirSync(folder).toSorted();
const read = (file: string): Recording =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording;

beforeAll(silenceTemporal);

async function replay(recordings: Recording[]): Promise<(Error | undefined)[]> {
  const bundle = { codePath: join('dist', 'workflows.bundle.js') };
  const histories = recordings.map((history) => ({ workflowId: history.workflowId, history }));
  const results: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, histories))
    results.push(error);
  return results;
}

test('what every released version decided, this one decides as well', async () => {
  const results = await replay(files.map(read));
  expect(files.filter((_, index) => results[index])).toEqual([]);
  expect(results).toHaveLength(files.length);
});

test.each(['done', 'retried', 'controlled', 'cancelled', 'reconciled', 'continued'])(
  'sweeps and lineages that were %s are on record',
  (name) => {
    expect(files.filter((file) => file.includes(`-sweep-${name}-`)).length).toBeGreaterThan(0);
    expect(files.filter((file) => file.includes(`-lineage-${name}-`)).length).toBeGreaterThan(0);
  },
);

test('a history of other decisions is found out', async () => {
  const recording = read(files.find((file) => file.includes('-lineage-done-')) ?? '');
  for (const { activityTaskScheduledEventAttributes: activity } of recording.events)
    if (activity?.activityType.name === 'train') activity.activityType.name = 'evaluate';
  const [error] = await replay([recording]);
  expect(error?.name).toBe('DeterminismViolationError');
});
