import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../contract/causes.ts';
import { METRICS, type MetricRow } from '../../worker/metric-table.ts';
import { runToEnd, smallSweep, writeSweep } from '../support/sweep-process.ts';
import { DeployedWorker } from './deployed-worker.ts';
import { newPlace, startOwnTemporal } from './own-temporal.ts';
import { readPage, type Sample } from './prometheus-page.ts';

const SWEEP = { stream: { domains: ['travel', 'banking'] }, seeds: 1 };

let samples: Sample[];
let types: Map<string, string>;
let sweep: string;

beforeAll(async () => {
  const place = newPlace();
  const env = { TEMPORAL_ADDRESS: await startOwnTemporal() };
  const worker = await DeployedWorker.start(env);
  const file = writeSweep(place, smallSweep({ ...SWEEP, store: `file://${place.folder}/store` }));
  ({ sweep } = await runToEnd(place, file, env));
  ({ samples, types } = readPage((await worker.get('/metrics')).text));
});

it.each(Object.values<MetricRow>(METRICS))('serves $name', ({ name, kind, labels, help }) => {
  expect(types.get(name)).toBe(kind);
  expect(help).toMatch(/\.$/);
  const own = samples.filter((sample) => sample.metric === name);
  expect(own.length).toBeGreaterThan(0);
  for (const sample of own)
    expect(
      Object.keys(sample.labels)
        .filter((label) => label !== 'le')
        .toSorted(),
    ).toEqual(labels.toSorted());
});

it('counts the tries of a sweep by how they ended', () => {
  const ended = (stage: string): number =>
    find('ratchet_tries_ended_total', { stage, result: 'done' });
  expect({ train: ended('train'), evaluate: ended('evaluate') }).toEqual({ train: 4, evaluate: 6 });
  expect(find('ratchet_try_running_seconds_count', { stage: 'train', result: 'done' })).toBe(4);
  expect(find('ratchet_try_queued_seconds_count', { stage: 'evaluate' })).toBe(6);
});

it('tells every way in which a try can end before it does, so that the first failure has a rate', () => {
  const told = samples
    .filter(({ name }) => name === 'ratchet_tries_ended_total')
    .map(({ labels: { stage, result, cause } }) => `${stage} ${result} ${cause}`);
  const ends = Object.entries<Cause>(CAUSES).map(([cause, { outside }]) =>
    outside ? `interrupted ${cause}` : `failed ${cause}`,
  );
  for (const stage of ['train', 'evaluate'])
    for (const end of [...ends, 'done ', 'stopped ']) expect(told).toContain(`${stage} ${end}`);
});

it('follows nothing once everything has ended', () => {
  const now = samples.filter(({ name }) => name === 'ratchet_tries');
  expect(now.map(({ value }) => value)).toEqual(now.map(() => 0));
});

it("serves the SDK's own metrics on the same page", () => {
  expect(types.get('temporal_activity_execution_latency_seconds')).toBe('histogram');
});

it('serves every metric that docs/operations.md wants alerts on', () => {
  const page = readFileSync(join('docs', 'operations.md'), 'utf8');
  const named = new Set(page.match(/\b(ratchet|temporal)_[a-z0-9_]+\b/g));
  // The SDK tells of failed requests when one has failed.
  named.delete('temporal_request_failure_total');
  expect(named.size).toBeGreaterThan(3);
  expect([...named].filter((name) => !types.has(name))).toEqual([]);
});

it('has names and units by the conventions of Prometheus', () => {
  const rows = Object.values<MetricRow>(METRICS);
  for (const { name, kind } of rows) {
    expect(name).toMatch(/^ratchet_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    expect(name.endsWith('_seconds')).toBe(kind === 'histogram');
  }
});

it('never names a sweep, a block or a condition: every name would be a time series for ever', () => {
  const values = new Set(
    samples
      .filter(({ name }) => name.startsWith('ratchet_'))
      .flatMap(({ labels }) => Object.values(labels)),
  );
  for (const name of [sweep, 'keep', 'strip', 'travel', 'banking'])
    expect(values).not.toContain(name);
});

function find(name: string, labels: Record<string, string>): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}
