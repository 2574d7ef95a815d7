import { describe, expect, test, vi } from 'vitest';
import type { BlockFailure, LineageEnded } from '../../contract/workflows.ts';
import { lineageWorkflowId, NO_TOTALS, SIGNALS } from '../../contract/workflows.ts';
import { createRandom } from '../../contract/random.ts';
import type { ImaginaryWork, Shape } from './imaginary-work.ts';
import { useTemporal } from './use-temporal.ts';

const ONE: Shape = [['travel', null]];
const TWO: Shape = [
  ['travel', null],
  ['banking', 0],
];

const temporal = useTemporal();

describe.concurrent('the sliding window', () => {
  test('starts whole seeds first, one condition after the other', async () => {
    const work = temporal.imagine('order', ONE);
    const handle = await temporal.startSweep({ sweep: 'order', seeds: [7, 3, 5], parallelism: 1 });
    expect(await handle.result()).toMatchObject({ state: 'done', failed: 0 });
    expect(work.begun('open')).toEqual([0, 1, 2, 3, 4, 5].map((index) => `open ${index}`));
    expect(await startedChildren('order')).toEqual(
      'keep/7 strip/7 keep/3 strip/3 keep/5 strip/5'.split(' ').map((label) => `order/${label}`),
    );
  });

  test.each([2, 3])('fills, and never exceeds, a parallelism of %i', async (parallelism) => {
    const name = `window-${parallelism}`;
    const work = temporal.imagine(name, TWO);
    const random = createRandom(parallelism);
    work.duration = () => random.below(40);
    const handle = await temporal.startSweep({ sweep: name, seeds: [1, 2, 3, 4], parallelism });
    expect(await handle.result()).toMatchObject({ ended: { lineages: 8, blocksTrained: 16 } });
    expect(mostAtOnce(work)).toBe(parallelism);
  });

  test('ends with one report', async () => {
    const work = temporal.imagine('report', ONE);
    await (await temporal.startSweep({ sweep: 'report' })).result();
    expect(work.reports).toMatchObject([{ sweep: 'report', failed: [] }]);
    expect(work.log.at(-1)).toBe('end report');
  });
});

describe.concurrent('a failed lineage', () => {
  test('does not stop the others, and is reported', async () => {
    const work = temporal.imagine('failed', TWO);
    work.fail('train 1/0', 'trainer-bug');
    const outcome = await (await temporal.startSweep({ sweep: 'failed' })).result();
    expect(outcome).toMatchObject({ state: 'failed', failed: 1, ended: { blocksTrained: 6 } });
    const failures: Partial<BlockFailure>[] = [{ label: 'strip/1/travel', cause: 'trainer-bug' }];
    expect(work.reports).toMatchObject([{ failed: [{ lineage: 1, failures }] }]);
  });

  test('many failures with long messages stay small in every history', async () => {
    const work = temporal.imagine('storm', ONE);
    work.message = 'm'.repeat(5000);
    const seeds = Array.from({ length: 30 }, (_, index) => index);
    for (const index of [...seeds, ...seeds.map((seed) => seed + 30)])
      work.fail(`train ${index}/0`, 'trainer-bug');
    const handle = await temporal.startSweep({ sweep: 'storm', seeds, parallelism: 20 });
    expect(await handle.result()).toMatchObject({ state: 'failed', failed: 60 });
    const failures = work.reports[0]?.failed?.flatMap((one) => one.failures) ?? [];
    expect(failures).toHaveLength(50);
    expect(failures.every(({ message }) => message.length === 500)).toBe(true);
  });
});

test.concurrent('a budget that is used up lets what runs finish, and begins nothing more', async () => {
  const work = temporal.imagine('budget', TWO);
  work.computeSeconds = 5;
  const budget = { computeSeconds: 15, gpuSeconds: null };
  const given = { budget, parallelism: 1, seeds: [1, 2, 3] };
  const handle = await temporal.startSweep({ sweep: 'budget', ...given });
  expect(await handle.result()).toMatchObject({ state: 'budget', ended: { blocksTrained: 3 } });
  expect(work.begun('train')).toEqual(['train 0/0', 'train 0/1', 'train 1/0']);
  expect(work.has('end train 1/0') && work.committed.has('1/0')).toBe(true);
  expect(work.reports).toHaveLength(1);
});

describe.concurrent('a lineage that ends without a word', () => {
  test('is started again', async () => {
    const work = temporal.imagine('silent', TWO);
    const release = work.hold('train 1/0');
    const handle = await temporal.startSweep({ sweep: 'silent', seeds: [1], reconcileEvery: 300 });
    await vi.waitFor(() => expect(work.has('begin train 1/0')).toBe(true), 60_000);
    const lost = lineageWorkflowId('silent', 'strip/1');
    await temporal.client.workflow.getHandle(lost).terminate('as if its database were lost');
    release();
    expect(await handle.result()).toMatchObject({ state: 'done', ended: { lineages: 2 } });
    expect(work.begun('open').toSorted()).toEqual(['open 0', 'open 1', 'open 1']);
  });

  test('is not confused with itself: signals of other starts, and signals told twice, do nothing', async () => {
    const work = temporal.imagine('twice', ONE);
    const release = work.hold('train 1/0');
    const handle = await temporal.startSweep({ sweep: 'twice', seeds: [1] });
    await vi.waitFor(async () => {
      expect((await temporal.progress(handle)).ended.lineages).toBe(1);
      expect(work.has('begin train 1/0')).toBe(true);
    }, 60_000);
    const totals = { ...NO_TOTALS, lineages: 1 };
    const told = { status: 'failed' as const, totals, failures: [] };
    const wrong: LineageEnded[] = [
      { ...told, lineage: 0, start: 1 },
      { ...told, lineage: 1, start: 2 },
      { ...told, lineage: 3, start: 1 },
    ];
    for (const ended of wrong) await handle.signal(SIGNALS.lineageEnded, ended);
    expect(await temporal.progress(handle)).toMatchObject({ running: [1], ended: { lineages: 1 } });
    release();
    expect(await handle.result()).toMatchObject({ state: 'done', ended: { lineages: 2 } });
  });
});

test.concurrent('a sweep whose predecessor was terminated adopts the lineages that it left, paused ones too', async () => {
  const work = temporal.imagine('adopted', ONE);
  const release = work.hold('train 0/0');
  const before = await temporal.startSweep({ sweep: 'adopted', seeds: [1] });
  await vi.waitFor(() => expect(work.has('begin train 0/0')).toBe(true), 60_000);
  await before.signal(SIGNALS.pause);
  await vi.waitFor(() => expect(work.has('end train 0/0')).toBe(true), 60_000);
  await before.terminate('by hand');
  release();
  const after = await temporal.startSweep({ sweep: 'adopted', seeds: [1] });
  expect(await after.result()).toMatchObject({ state: 'done', ended: { lineages: 2 } });
  expect(work.begun('open').filter((call) => call === 'open 0')).toHaveLength(1);
});

test.concurrent('Temporal’s own views can tell lineages by sweep, condition and seed', async () => {
  temporal.imagine('views', ONE);
  await (await temporal.startSweep({ sweep: 'views' })).result();
  const query = 'RatchetSweep = "views" AND RatchetCondition = "strip" AND RatchetSeed = 2';
  await vi.waitFor(async () => {
    const found: string[] = [];
    for await (const { workflowId } of temporal.client.workflow.list({ query }))
      found.push(workflowId);
    expect(found).toEqual(['views/strip/2']);
  }, 60_000);
});

async function startedChildren(sweep: string): Promise<string[]> {
  const { events } = await temporal.client.workflow.getHandle(sweep).fetchHistory();
  return (events ?? []).flatMap(
    ({ startChildWorkflowExecutionInitiatedEventAttributes: child }) => child?.workflowId ?? [],
  );
}

function lineageOf(line: string): string {
  return /\d+/.exec(line)?.[0] ?? '';
}

/** The most lineages between their first call's beginning and their last call's end. */
function mostAtOnce({ log }: ImaginaryWork): number {
  const last = new Map(log.map((line, index) => [lineageOf(line), index]));
  const running = new Set<string>();
  let most = 0;
  for (const [index, line] of log.entries()) {
    const lineage = lineageOf(line);
    if (lineage === '') continue;
    running.add(lineage);
    most = Math.max(most, running.size);
    if (last.get(lineage) === index) running.delete(lineage);
  }
  return most;
}
