import { describe, expect, test, vi } from 'vitest';
import { SIGNALS } from '../../contract/workflows.ts';
import type { Shape } from './imaginary-work.ts';
import { useTemporal } from './use-temporal.ts';

const CHAIN: Shape = [
  ['travel', null],
  ['banking', 0],
  ['library', 1],
];

/** Two orders that begin alike, and one of its own. */
const TREE: Shape = [
  ['travel', null],
  ['banking', 0],
  ['library', 1],
  ['library', 0],
  ['banking', null],
  ['travel', 4],
];

const temporal = useTemporal();

describe.concurrent('the walk', () => {
  test('each block is prepared, trained and committed before the next one trains', async () => {
    const work = temporal.imagine('steps', CHAIN);
    const handle = await temporal.startLineage('steps');
    expect(await handle.result()).toMatchObject({
      status: 'done',
      totals: {
        lineages: 1,
        blocksTrained: 3,
        blocksReused: 0,
        cellsComputed: 8,
        computeSeconds: 3,
      },
    });
    const steps = work.log.filter((line) => !/evaluate|base/.test(line));
    const blocks = ['0/0', '0/1', '0/2'].flatMap((block) =>
      ['prepare', 'train', 'checkpoint'].flatMap((stage) => [
        `begin ${stage} ${block}`,
        `end ${stage} ${block}`,
      ]),
    );
    expect(steps).toEqual(['begin open 0', 'end open 0', ...blocks]);
  });

  test('every checkpoint is evaluated, the untrained base first', async () => {
    const work = temporal.imagine('evaluations', CHAIN);
    await (await temporal.startLineage('evaluations')).result();
    expect(work.begun('evaluate')).toEqual(['base', 0, 1, 2].map((block) => `evaluate 0/${block}`));
  });

  test('a lineage without blocks evaluates the base and ends', async () => {
    const work = temporal.imagine('zero-shot', []);
    const handle = await temporal.startLineage('zero-shot');
    expect(await handle.result()).toMatchObject({
      status: 'done',
      totals: { lineages: 1, blocksTrained: 0, cellsComputed: 2 },
    });
    expect(work.begun('evaluate')).toEqual(['evaluate 0/base']);
    expect(work.begun('train')).toEqual([]);
  });

  test('a block is evaluated while the next one trains, at most one behind', async () => {
    const work = temporal.imagine('beside', CHAIN);
    const release = work.hold('evaluate 0/0');
    const handle = await temporal.startLineage('beside');
    await vi.waitFor(() => expect(work.has('end checkpoint 0/1')).toBe(true), 60_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(work.has('end evaluate 0/0')).toBe(false);
    expect(work.has('begin evaluate 0/1')).toBe(false);
    expect(work.has('begin prepare 0/2')).toBe(false);
    release();
    expect(await handle.result()).toMatchObject({ status: 'done' });
  });

  test('what is committed or scored already is not computed again', async () => {
    const work = temporal.imagine('stored', CHAIN);
    work.committed.add('0/0').add('0/1');
    work.scored.add('0/base').add('0/0');
    const handle = await temporal.startLineage('stored');
    expect(await handle.result()).toMatchObject({
      status: 'done',
      totals: { blocksTrained: 1, blocksReused: 2, cellsComputed: 4, cellsReused: 4 },
    });
    expect(work.begun('train')).toEqual(['train 0/2']);
    expect(work.begun('evaluate')).toEqual(['evaluate 0/1', 'evaluate 0/2']);
  });
});

describe.concurrent('a failed block', () => {
  test('takes its descendants with it, and nobody else', async () => {
    const work = temporal.imagine('descendants', TREE);
    work.fail('train 0/1', 'trainer-bug');
    const handle = await temporal.startLineage('descendants');
    expect(await handle.result()).toMatchObject({
      status: 'failed',
      totals: { blocksTrained: 4 },
      failures: [
        {
          block: 1,
          label: 'keep/1/banking',
          stage: 'train',
          cause: 'trainer-bug',
          message: 'imaginary',
        },
      ],
    });
    expect(work.begun('train')).toEqual([0, 1, 3, 4, 5].map((block) => `train 0/${block}`));
    expect(work.begun('evaluate')).not.toContain('evaluate 0/1');
  });

  test('does not keep a descendant that is stored from being evaluated', async () => {
    const work = temporal.imagine('heir', CHAIN);
    work.committed.add('0/1');
    work.fail('train 0/0', 'configuration');
    await (await temporal.startLineage('heir')).result();
    expect(work.begun('train')).toEqual(['train 0/0', 'train 0/2']);
    expect(work.begun('evaluate')).toEqual(['base', 1, 2].map((block) => `evaluate 0/${block}`));
  });

  test.each(['prepare', 'checkpoint'] as const)('may have failed at %s', async (stage) => {
    const work = temporal.imagine(stage, CHAIN);
    work.fail(`${stage} 0/1`, 'data');
    const { status, failures } = await (await temporal.startLineage(stage)).result();
    expect({ status, failures }).toMatchObject({
      status: 'failed',
      failures: [{ block: 1, stage, cause: 'data' }],
    });
  });
});

test.concurrent('a failed evaluation leaves training alone', async () => {
  const work = temporal.imagine('unscored', CHAIN);
  work.fail('evaluate 0/0', 'trainer-bug');
  work.fail('prepare 0/base', 'data');
  const handle = await temporal.startLineage('unscored');
  expect(await handle.result()).toMatchObject({
    status: 'failed',
    totals: { blocksTrained: 3, cellsComputed: 4 },
    failures: [
      { block: null, label: 'keep/1/base', stage: 'prepare' },
      { block: 0, label: 'keep/1/travel', stage: 'evaluate' },
    ],
  });
});

test.concurrent('a lineage that cannot be opened says so', async () => {
  const work = temporal.imagine('closed', CHAIN);
  work.fail('open 0', 'store-unreachable');
  const handle = await temporal.startLineage('closed');
  expect(await handle.result()).toMatchObject({
    status: 'failed',
    failures: [{ block: null, stage: 'open', cause: 'store-unreachable' }],
  });
});

describe.concurrent('each cause has a budget of its own', () => {
  test('pre-emptions use up nobody’s', async () => {
    const work = temporal.imagine('budgets', [['travel', null]]);
    work.fail('train 0/0', 'stalled', 'preempted', 'preempted', 'superseded', 'stalled');
    const { status } = await (await temporal.startLineage('budgets')).result();
    expect(status).toBe('done');
    expect(work.begun('train')).toHaveLength(6);
  });

  test('what has spent it fails', async () => {
    const work = temporal.imagine('spent', [['travel', null]]);
    work.fail('train 0/0', 'stalled', 'preempted', 'stalled', 'stalled');
    const { failures } = await (await temporal.startLineage('spent')).result();
    expect(failures).toMatchObject([{ stage: 'train', cause: 'stalled' }]);
    expect(work.begun('train')).toHaveLength(4);
  });

  test.each(['trainer-bug', 'configuration', 'data'] as const)(
    '%s stops at once',
    async (cause) => {
      const work = temporal.imagine(cause, [['travel', null]]);
      work.fail('train 0/0', cause, cause);
      const { failures } = await (await temporal.startLineage(cause)).result();
      expect(failures).toMatchObject([{ cause }]);
      expect(work.begun('train')).toHaveLength(1);
    },
  );
});

describe.concurrent('memory that is not enough', () => {
  const OOM = Array.from({ length: 8 }, () => 'host-oom' as const);

  test('doubles three times; what needs more fails, and so does a later block at once', async () => {
    const work = temporal.imagine('memory', [
      ['travel', null],
      ['banking', null],
    ]);
    work.fail('train 0/0', ...OOM);
    work.fail('train 0/1', ...OOM);
    const { failures } = await (await temporal.startLineage('memory')).result();
    expect(failures).toMatchObject([{ cause: 'host-oom' }, { cause: 'host-oom' }]);
    expect(work.trainedWith).toEqual([0, 1, 2, 3, 3]);
  });

  test('is given from the beginning where it was found out before', async () => {
    const work = temporal.imagine('remembered', [['travel', null]]);
    work.memoryGrowths = 2;
    work.fail('train 0/0', ...OOM);
    await (await temporal.startLineage('remembered')).result();
    expect(work.trainedWith).toEqual([2, 3]);
  });
});

describe.concurrent('a budget that is used up between two tries', () => {
  const budget = { computeSeconds: 2, gpuSeconds: null };

  test('lets no further one begin', async () => {
    const work = temporal.imagine('between', CHAIN);
    work.fail('train 0/0', 'preempted', 'preempted', 'preempted', 'preempted');
    work.fail('evaluate 0/base', 'preempted', 'preempted');
    const { status, failures } = await (await temporal.startLineage('between', budget)).result();
    expect({ status, failures }).toEqual({ status: 'budget', failures: [] });
    expect(work.begun('train')).toHaveLength(2);
  });

  test('lets a pod be followed on that a worker left', async () => {
    const work = temporal.imagine('followed', [['travel', null]]);
    work.fail('train 0/0', 'preempted', 'worker-lost', 'worker-lost');
    await (await temporal.startLineage('followed', budget)).result();
    expect(work.begun('train')).toHaveLength(4);
    expect(work.committed).toEqual(new Set(['0/0']));
  });
});

describe.concurrent('a pod that a worker left', () => {
  test('is followed by the next try', async () => {
    const work = temporal.imagine('left', [['travel', null]]);
    work.fail('train 0/0', 'worker-lost');
    await (await temporal.startLineage('left')).result();
    expect(work.begun('train')).toHaveLength(2);
    expect(work.begun('abandon')).toEqual([]);
  });

  test.each(['train 0/0', 'evaluate 0/base'])(
    'is ended with a lineage that is cancelled (%s)',
    async (call) => {
      const name = `left-${call.length}`;
      const work = temporal.imagine(name, [['travel', null]]);
      const release = work.lose(call);
      const handle = await temporal.startLineage(name);
      await vi.waitFor(() => expect(work.has(`begin ${call}`)).toBe(true), 60_000);
      await handle.cancel();
      release();
      expect(await handle.result()).toMatchObject({ status: 'cancelled' });
      expect(work.begun('abandon')).toEqual([`abandon ${call}`]);
      expect(work.begun(call)).toHaveLength(1);
    },
  );

  test('is ended while its lineage is paused, and made again when it goes on', async () => {
    const work = temporal.imagine('left-paused', [['travel', null]]);
    const release = work.lose('train 0/0');
    const handle = await temporal.startLineage('left-paused');
    await vi.waitFor(() => expect(work.has('begin train 0/0')).toBe(true), 60_000);
    await handle.signal(SIGNALS.pause);
    release();
    await vi.waitFor(() => expect(work.has('end abandon train 0/0')).toBe(true), 60_000);
    expect(work.begun('train')).toHaveLength(1);
    await handle.signal(SIGNALS.resume);
    expect(await handle.result()).toMatchObject({ status: 'done' });
    expect(work.begun('train')).toHaveLength(2);
    expect(work.begun('abandon')).toHaveLength(1);
  });
});
