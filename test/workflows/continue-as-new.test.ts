import { describe, expect, test, vi } from 'vitest';
import { STRETCH } from '../../contract/activities.ts';
import { createRandom } from '../../contract/random.ts';
import { SIGNALS } from '../../contract/workflows.ts';
import type { Shape } from './imaginary-work.ts';
import { useTemporal } from './use-temporal.ts';

/** A server that suggests to continue as new after a few events: what takes thousands elsewhere takes a second here. */
const temporal = useTemporal(['limit.historyCount.suggestContinueAsNew=40']);

/** A root with many children, each with one of its own. */
function bush(children: number): Shape {
  const branches = Array.from(
    { length: children },
    (_, index): Shape => [
      ['banking', 0],
      ['library', 2 * index + 1],
    ],
  );
  return [['travel', null], ...branches.flat()];
}

describe.concurrent('a sweep', () => {
  test('continues as new while its lineages run, and loses count of none', async () => {
    const work = temporal.imagine('long', bush(1));
    const random = createRandom(1);
    work.duration = () => random.below(30);
    work.fail('train 7/2', 'trainer-bug');
    const seeds = Array.from({ length: 8 }, (_, index) => index);
    const handle = await temporal.startSweep({ sweep: 'long', seeds, parallelism: 5 });
    expect(await handle.result()).toMatchObject({
      state: 'failed',
      failed: 1,
      ended: { lineages: 16, blocksTrained: 47, cellsComputed: 16 * 8 - 2 },
    });
    expect(await runsOf('long')).toBeGreaterThan(2);
    expect(work.begun('train')).toHaveLength(48);
    expect(new Set(work.begun('train')).size).toBe(48);
    expect(work.reports).toHaveLength(1);
  });

  test('keeps a pause, a parallelism and a retry across its runs', async () => {
    const work = temporal.imagine('kept', bush(1));
    work.fail('train 0/0', 'trainer-bug');
    const seeds = Array.from({ length: 8 }, (_, index) => index);
    const handle = await temporal.startSweep({ sweep: 'kept', seeds, parallelism: 2 });
    await handle.executeUpdate('setParallelism', { args: [4] });
    await vi.waitFor(async () => expect(await runsOf('kept')).toBeGreaterThan(1), 60_000);
    await handle.signal(SIGNALS.retryFailed);
    for (let round = 0; round < 4; round++) {
      await handle.signal(SIGNALS.pause);
      await handle.signal(SIGNALS.resume);
    }
    expect(await handle.result()).toMatchObject({ state: 'done', failed: 0 });
    expect(work.begun('train').filter((call) => call === 'train 0/0').length).toBeGreaterThan(1);
  });

  test('can be cancelled in a later run', async () => {
    const work = temporal.imagine('cancelled', bush(1));
    const seeds = Array.from({ length: 20 }, (_, index) => index);
    const handle = await temporal.startSweep({ sweep: 'cancelled', seeds, parallelism: 3 });
    await vi.waitFor(async () => expect(await runsOf('cancelled')).toBeGreaterThan(1), 60_000);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow('cancelled');
    const begun = work.log.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(work.log.length).toBe(begun);
  });
});

describe.concurrent('a lineage', () => {
  test('continues as new between blocks: each is trained once, the lost ones stay lost', async () => {
    const work = temporal.imagine('deep', bush(8));
    work.fail('train 0/1', 'trainer-bug');
    work.fail('train 0/9', 'trainer-bug');
    const handle = await temporal.startLineage('deep');
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      totals: { blocksTrained: 13, cellsComputed: 28 },
      failures: [{ block: 1 }, { block: 9 }],
    });
    expect(await runsOf('deep/keep/1')).toBeGreaterThan(2);
    const expected = Array.from({ length: 17 }, (_, block) => block)
      .filter((block) => block !== 2 && block !== 10)
      .map((block) => `train 0/${block}`);
    expect(work.begun('train')).toEqual(expected);
    expect(work.begun('evaluate 0/base')).toHaveLength(1);
  });

  test('of any length is opened in stretches', async () => {
    const work = temporal.imagine('wide', bush(STRETCH));
    for (let block = 0; block <= 2 * STRETCH; block++) {
      work.committed.add(`0/${block}`);
      work.scored.add(`0/${block}`);
    }
    const handle = await temporal.startLineage('wide');
    expect(await handle.result()).toMatchObject({
      status: 'done',
      totals: { blocksReused: 2 * STRETCH + 1, cellsComputed: 2 },
    });
    expect(work.begun('open')).toHaveLength(3);
  });

  test('hears a pause and a resume in a later run', async () => {
    temporal.imagine('still', bush(8));
    const handle = await temporal.startLineage('still');
    await vi.waitFor(async () => expect(await runsOf('still/keep/1')).toBeGreaterThan(1), 60_000);
    await handle.signal(SIGNALS.pause);
    await handle.signal(SIGNALS.resume);
    expect(await handle.result()).toMatchObject({ status: 'done', totals: { blocksTrained: 17 } });
  });
});

async function runsOf(workflowId: string): Promise<number> {
  let runs = 0;
  const query = `WorkflowId = "${workflowId}"`;
  for await (const _ of temporal.client.workflow.list({ query })) runs++;
  return runs;
}
