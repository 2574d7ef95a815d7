import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { createRandom } from '../../contract/random.ts';
import { type LineageEnded, NO_TOTALS, SIGNALS, UPDATES } from '../../contract/workflows.ts';
import type { ImaginaryWork, Shape } from './imaginary-work.ts';
import { useTemporal } from './use-temporal.ts';

const ONE: Shape = [['travel', null]];
const CHAIN: Shape = [
  ['travel', null],
  ['banking', 0],
  ['library', 1],
];

const temporal = useTemporal();

/** Waits until the work's log has the line. */
async function until(work: ImaginaryWork, line: string): Promise<void> {
  await vi.waitFor(() => expect(work.has(line)).toBe(true), 60_000);
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.concurrent('pausing', () => {
  test('stops what trains, holds its place, and goes on after the resume', async () => {
    const work = temporal.imagine('paused', CHAIN);
    const release = work.hold('train 0/1');
    const handle = await temporal.startSweep({ sweep: 'paused', conditions: ['keep'], seeds: [1] });
    await until(work, 'begin train 0/1');
    await handle.signal(SIGNALS.pause);
    await until(work, 'end train 0/1');
    release();
    await pause(500);
    expect(await temporal.progress(handle)).toMatchObject({ state: 'paused', running: [0] });
    expect(work.begun('train')).toEqual(['train 0/0', 'train 0/1']);
    await handle.signal(SIGNALS.resume);
    expect(await handle.result()).toMatchObject({ state: 'done', ended: { blocksTrained: 3 } });
    expect(work.begun('train')).toEqual(['train 0/0', 'train 0/1', 'train 0/1', 'train 0/2']);
  });

  test('starts no further lineage', async () => {
    const work = temporal.imagine('held', ONE);
    const release = work.hold('open 0');
    const handle = await temporal.startSweep({ sweep: 'held', parallelism: 1 });
    await until(work, 'begin open 0');
    await handle.signal(SIGNALS.pause);
    release();
    await pause(500);
    expect(work.begun('train')).toEqual([]);
    expect(await temporal.progress(handle)).toMatchObject({ state: 'paused', cursor: 1 });
    await handle.signal(SIGNALS.resume);
    expect(await handle.result()).toMatchObject({ state: 'done', ended: { lineages: 4 } });
  });

  test.each([1, 2, 3])('and resuming at any moment loses nothing (%i)', async (seed) => {
    const name = `restless-${seed}`;
    const work = temporal.imagine(name, CHAIN);
    const random = createRandom(seed);
    work.duration = () => random.below(60);
    const handle = await temporal.startSweep({ sweep: name });
    for (let round = 0; round < 12; round++) {
      await handle.signal(random.below(2) === 0 ? SIGNALS.pause : SIGNALS.resume);
      await pause(random.below(80));
    }
    await handle.signal(SIGNALS.resume);
    expect(await handle.result()).toMatchObject({
      state: 'done',
      ended: { lineages: 4, blocksTrained: 12, cellsComputed: 32 },
    });
  });
});

describe.concurrent('cancelling', () => {
  test('ends when every lineage has stopped, with a report of what there is', async () => {
    const work = temporal.imagine('cancelled', CHAIN);
    work.hold('train 0/1');
    work.hold('evaluate 1/0');
    const handle = await temporal.startSweep({ sweep: 'cancelled' });
    await until(work, 'begin train 0/1');
    await until(work, 'begin evaluate 1/0');
    await handle.cancel();
    await expectCancelled(handle.result());
    expect(unended(work)).toEqual([]);
    expect(work.log.at(-1)).toBe('end report');
    expect(await runningOf('cancelled')).toEqual([]);
  });

  test('reaches paused lineages', async () => {
    const work = temporal.imagine('cancelled-paused', CHAIN);
    const handle = await temporal.startSweep({ sweep: 'cancelled-paused' });
    await until(work, 'begin train 0/0');
    await handle.signal(SIGNALS.pause);
    await handle.cancel();
    await expectCancelled(handle.result());
    expect(await runningOf('cancelled-paused')).toEqual([]);
  });

  test.each([0, 10, 20, 40, 80])('%i ms after the start leaves nothing running', async (after) => {
    const name = `early-${after}`;
    const work = temporal.imagine(name, CHAIN);
    work.duration = () => 50;
    const handle = await temporal.startSweep({ sweep: name, parallelism: 4 });
    await pause(after);
    await handle.cancel();
    await expectCancelled(handle.result());
    expect(await runningOf(name)).toEqual([]);
    expect(unended(work)).toEqual([]);
  });
});

describe.concurrent('retrying', () => {
  test('starts failed lineages again while others still run', async () => {
    const work = temporal.imagine('retried', ONE);
    work.fail('train 0/0', 'trainer-bug');
    const release = work.hold('train 1/0');
    const handle = await temporal.startSweep({ sweep: 'retried', seeds: [1] });
    await vi.waitFor(async () => {
      expect((await temporal.progress(handle)).failed).toHaveLength(1);
    }, 60_000);
    await handle.signal(SIGNALS.retryFailed);
    await until(work, 'end evaluate 0/0');
    release();
    expect(await handle.result()).toMatchObject({ state: 'done', failed: 0 });
    expect(work.begun('train').filter((call) => call === 'train 0/0')).toHaveLength(2);
  });

  test('while the report is written is not lost', async () => {
    const work = temporal.imagine('late', ONE);
    work.fail('train 0/0', 'trainer-bug');
    const release = work.hold('report');
    const handle = await temporal.startSweep({ sweep: 'late', seeds: [1] });
    await until(work, 'begin report');
    await handle.signal(SIGNALS.retryFailed);
    release();
    expect(await handle.result()).toMatchObject({ state: 'done', failed: 0 });
    expect(work.reports.map(({ failed }) => failed?.length)).toEqual([1, 0]);
  });

  test('takes over from a lineage that has told its end and not yet closed', async () => {
    const work = temporal.imagine('closing', ONE);
    work.hold('train 0/0');
    const handle = await temporal.startSweep({
      sweep: 'closing',
      conditions: ['keep'],
      seeds: [1],
    });
    await until(work, 'begin train 0/0');
    const ended: LineageEnded = {
      lineage: 0,
      start: 1,
      status: 'failed',
      totals: NO_TOTALS,
      failures: [],
    };
    const release = work.hold('report');
    await handle.signal(SIGNALS.lineageEnded, ended);
    await handle.signal(SIGNALS.retryFailed);
    await vi.waitFor(() => expect(work.begun('open')).toHaveLength(2), 60_000);
    release();
    work.hold('train 0/0')();
    expect(await handle.result()).toMatchObject({ state: 'done', ended: { lineages: 1 } });
  });

  test('includes lineages that were cancelled by hand', async () => {
    const work = temporal.imagine('by-hand', ONE);
    const releases = [work.hold('train 0/0'), work.hold('train 1/0')];
    const handle = await temporal.startSweep({ sweep: 'by-hand', seeds: [1] });
    await until(work, 'begin train 0/0');
    await temporal.client.workflow.getHandle('by-hand/keep/1').cancel();
    await vi.waitFor(async () => {
      expect((await temporal.progress(handle)).cancelled).toEqual([0]);
    }, 60_000);
    for (const release of releases) release();
    await handle.signal(SIGNALS.retryFailed);
    expect(await handle.result()).toMatchObject({ state: 'done' });
  });
});

describe.concurrent('parallelism', () => {
  test('can be raised while the sweep runs', async () => {
    const work = temporal.imagine('raised', ONE);
    const releases = [0, 1, 2, 3].map((index) => work.hold(`train ${index}/0`));
    const handle = await temporal.startSweep({ sweep: 'raised', parallelism: 1 });
    await until(work, 'begin train 0/0');
    expect(await handle.executeUpdate(UPDATES.setParallelism, { args: [3] })).toBe(3);
    await until(work, 'begin train 2/0');
    expect(await temporal.progress(handle)).toMatchObject({ running: [0, 1, 2], parallelism: 3 });
    for (const release of releases) release();
    expect(await handle.result()).toMatchObject({ state: 'done' });
  });

  test.each([0, 1.5, 1001])('of %d is refused', async (parallelism) => {
    const name = `refused-${parallelism}`;
    const work = temporal.imagine(name, ONE);
    const release = work.hold('train 0/0');
    const handle = await temporal.startSweep({ sweep: name });
    const update = handle.executeUpdate(UPDATES.setParallelism, { args: [parallelism] });
    await expect(update).rejects.toThrow(WorkflowUpdateFailedError);
    release();
    await handle.result();
  });
});

async function expectCancelled(result: Promise<unknown>): Promise<void> {
  const error: unknown = await result.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
}

function unended({ log }: ImaginaryWork): string[] {
  const ended = log.filter((line) => line.startsWith('end '));
  return log.filter((line) => {
    if (!line.startsWith('begin ')) return false;
    const end = ended.indexOf(line.replace('begin', 'end'));
    if (end >= 0) ended.splice(end, 1);
    return end < 0;
  });
}

async function runningOf(sweep: string): Promise<string[]> {
  const labels = ['keep/1', 'strip/1', 'keep/2', 'strip/2'];
  const running: string[] = [];
  for (const label of labels) {
    const handle = temporal.client.workflow.getHandle(`${sweep}/${label}`);
    const status = await handle.describe().then(
      (description) => description.status.name,
      () => 'NEVER STARTED',
    );
    if (status === 'RUNNING') running.push(label);
  }
  return running;
}
