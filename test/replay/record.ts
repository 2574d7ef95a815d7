import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { SIGNALS, UPDATES } from '../../contract/workflows.ts';
import { obtainTemporal } from '../../worker/temporal-binary.ts';
import type { ImaginaryWork, Shape } from '../workflows/imaginary-work.ts';
import { silenceTemporal, TestTemporal } from '../workflows/temporal.ts';

/**
 * Records what sweeps and lineages decide in this version, for later versions to replay. Run by
 * scripts/record-histories.mjs, once a release.
 */
const CHAIN: Shape = [
  ['travel', null],
  ['banking', 0],
];
const KEEP = { conditions: ['keep'], seeds: [1] };

type Scenario = (temporal: TestTemporal) => Promise<WorkflowHandle>;

const scenarios: Record<string, Scenario> = {
  done: async (temporal) => {
    temporal.imagine('done', CHAIN);
    return temporal.startSweep({ sweep: 'done', seeds: [1] });
  },

  retried: async (temporal) => {
    const work = temporal.imagine('retried', CHAIN);
    work.fail('train 0/1', 'preempted', 'trainer-bug');
    work.fail('evaluate 0/0', 'stalled');
    work.fail('prepare 1/0', 'data');
    const release = work.hold('report');
    const handle = await temporal.startSweep({ sweep: 'retried', seeds: [1] });
    await until(work, 'begin report');
    await handle.signal(SIGNALS.retryFailed);
    release();
    return handle;
  },

  controlled: async (temporal) => {
    const work = temporal.imagine('controlled', CHAIN);
    const release = work.hold('train 0/0');
    const handle = await temporal.startSweep({ sweep: 'controlled', parallelism: 1 });
    await until(work, 'begin train 0/0');
    await handle.signal(SIGNALS.pause);
    await until(work, 'end train 0/0');
    release();
    await handle.executeUpdate(UPDATES.setParallelism, { args: [3] });
    await handle.signal(SIGNALS.resume);
    return handle;
  },

  cancelled: async (temporal) => {
    const work = temporal.imagine('cancelled', CHAIN);
    work.hold('train 0/1');
    const handle = await temporal.startSweep({ sweep: 'cancelled', ...KEEP });
    await until(work, 'begin train 0/1');
    await handle.cancel();
    return handle;
  },

  reconciled: async (temporal) => {
    const work = temporal.imagine('reconciled', CHAIN);
    const release = work.hold('train 0/0');
    const handle = await temporal.startSweep({ sweep: 'reconciled', ...KEEP, reconcileEvery: 200 });
    await until(work, 'begin train 0/0');
    await temporal.client.workflow.getHandle('reconciled/keep/1').terminate();
    release();
    return handle;
  },
};

const continued: Record<string, Scenario> = {
  continued: async (temporal) => {
    const sibling: Shape = [
      ['library', null],
      ['travel', 2],
      ['banking', 3],
    ];
    const work = temporal.imagine('continued', [...CHAIN, ...sibling]);
    work.committed.add('0/0');
    work.fail('train 0/1', 'configuration');
    return temporal.startSweep({ sweep: 'continued', seeds: [1, 2, 3] });
  },
};

const folder = join('test', 'replay', 'histories');
mkdirSync(folder, { recursive: true });
silenceTemporal();
await record(scenarios, []);
await record(continued, ['limit.historyCount.suggestContinueAsNew=40']);

async function record(group: Record<string, Scenario>, settings: string[]): Promise<void> {
  const temporal = new TestTemporal();
  await temporal.start(settings);
  try {
    for (const [name, scenario] of Object.entries(group)) {
      const handle = await scenario(temporal);
      await handle.result().catch(() => undefined); // Some are meant to fail.
      await save(temporal, name);
    }
  } finally {
    await temporal.stop();
  }
}

/** Writes the sweep's runs and its first lineage's, one event a line. */
async function save(temporal: TestTemporal, sweep: string): Promise<void> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  for (const [kind, workflowId] of [
    ['sweep', sweep],
    ['lineage', `${sweep}/keep/1`],
  ] as const) {
    const query = `WorkflowId = "${workflowId}"`;
    const runs: string[] = [];
    for await (const { runId } of temporal.client.workflow.list({ query })) runs.unshift(runId);
    for (const [run, runId] of runs.entries()) {
      const { events } = await showHistory(temporal.address, workflowId, runId);
      const lines = events.map((event) => JSON.stringify(event, withoutTraces)).join(',\n');
      const file = join(folder, `${version}-${kind}-${sweep}-${run + 1}.json`);
      writeFileSync(file, `{"workflowId":"${workflowId}","events":[\n${lines}\n]}\n`);
    }
  }
}

/** Stack traces name folders of this machine. */
function withoutTraces(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? undefined : value;
}

async function showHistory(
  address: string,
  workflowId: string,
  runId: string,
): Promise<{ events: unknown[] }> {
  const run = ['--workflow-id', workflowId, '--run-id', runId];
  const format = ['--output', 'json', '--no-json-shorthand-payloads'];
  const args = ['workflow', 'show', '--address', address, ...run, ...format];
  const binary = await obtainTemporal(() => undefined);
  const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: 1e8 });
  return JSON.parse(stdout) as { events: unknown[] };
}

async function until(work: ImaginaryWork, line: string): Promise<void> {
  while (!work.has(line)) await delay(10);
}
