import { writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { explainUnit } from '../../cli/explain-units.ts';
import { drawExplained } from '../../cli/explain-view.ts';
import { noSteps } from '../../compute/compute.ts';
import type { WorkStage } from '../../contract/activities.ts';
import type { History } from '../../contract/history.ts';
import { evaluationLogPath } from '../../store/layout.ts';
import { tryOf } from '../store/try-of.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { makeFolder, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');

describe('a sweep with a bug in its trainer', () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };
  const explain = (...args: string[]) => ratchet(['explain', ...args], { cwd: folder, env });
  const reportFile = async (name: string): Promise<string> => {
    const sweeps = join(env.RATCHET_HOME, 'store', 'sweeps');
    const [sweep = ''] = await readdir(sweeps);
    return readFile(join(sweeps, sweep, name), 'utf8');
  };

  beforeAll(async () => {
    const sweep = {
      version: 'ratchet/v1',
      name: 'buggy',
      suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 2 } },
      stream: { domains: ['travel', 'banking'] },
      conditions: { keep: { trace: 'keep' } },
      seeds: 1,
      trainer: {
        kind: 'command',
        command: [process.execPath, TOY],
        identity: 'toy',
        hyperparameters: { fail: 'banking', warns: 'it is\u001b[2J hot', mfu: 0.25 },
      },
    };
    writeFileSync(join(folder, 'buggy.yaml'), JSON.stringify(sweep));
    await ratchet(['run', 'buggy.yaml'], { cwd: folder, env });
  });

  test('shows what failed, by what evidence, and what a person can do; the rest is counted', async () => {
    const { stdout, code } = await explain();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^buggy-[0-9a-f]{12} {3}\w+\n3 units done at the first try\n\n✗ keep/);
    expect(stdout).toMatch(/keep\/1\/banking {2}train {2}failed\n {3}1 failed: trainer-bug/);
    expect(stdout).toContain('said  the trainer failed (exit 1)');
    expect(stdout).toContain('│ Error: told to fail on banking');
    expect(stdout).toMatch(/you {3}read the end of its log with `ratchet logs`, mend the trainer/);
  });

  test('tells of a named block all that is known, as JSON too', async () => {
    const { stdout } = await explain('keep/1/travel', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      units: [
        { unit: 'keep/1/travel', stage: 'train', state: 'done', tries: [{ result: 'done' }] },
        { unit: 'keep/1/travel', stage: 'evaluate', state: 'done' },
      ],
    });
  });

  test('tells what the trainer warned of, once and counted', async () => {
    const { stdout } = await explain('keep/1/travel');
    expect(stdout).toMatch(/warns it is \[2J hot \(2 times\)/);
    const status = await ratchet(['status'], { cwd: folder, env });
    expect(status.stdout).toContain('! it is [2J hot (4 times)');
    const page = await reportFile('report.html');
    expect(page).toContain('it is [2J hot</th><td>4</td>');
  });

  test('keeps in the history how the loss fell and what training cost', async () => {
    const { ledger } = JSON.parse(await reportFile('history.json')) as History;
    const [travel] = ledger.tries.filter(({ telemetry }) => telemetry);
    expect(travel).toMatchObject({ block: 'travel', stage: 'train' });
    const { curve = [], step, means } = travel?.telemetry ?? {};
    expect(curve.slice(0, 2)).toEqual([
      { step: 1, loss: 1 },
      { step: 2, loss: 0.5 },
    ]);
    expect(curve.at(-1)?.step).toBe(step);
    expect(means).toMatchObject({ mfu: { mean: 0.25, of: step } });
    expect(await reportFile('report.html')).toContain(
      'aria-label="Training loss of travel by step"',
    );
  });

  test('says what there is where nothing of that name is', async () => {
    const { code, stderr } = await explain('keep/1/trvel');
    expect(code).toBe(10);
    expect(stderr).toMatch(/nothing of buggy-\w+ is keep\/1\/trvel: it has keep\/1\/travel, /);
  });

  test('ratchet status tells what it cost, and what of that failed', async () => {
    const { stdout } = await ratchet(['status', '--json'], { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({
      ledger: [{ condition: 'keep', seed: 1, unit: 'processor', tries: 4 }],
    });
  });
});

const explainWaiting = (stage: WorkStage, message: string) =>
  explainUnit(
    new MemoryStore(),
    { label: 'keep/1/travel', stage: 'train', tries: [tryOf({ state: 'queued' })] },
    {
      isLive: true,
      failure: undefined,
      startDeadline: 1800,
      activity: { ...noSteps(stage, message), label: 'train travel', attempt: 1 },
    },
  );

describe('work that does not run yet', () => {
  test.each([
    ['queued', 'it waits for its turn, however long that takes', null],
    ['unschedulable', 'it waits for a node, 1800 s at most', expect.stringMatching(/ask for less/)],
    ['starting', 'it waits for its pod to start, 1800 s at most, and for data and weights', null],
  ] as const)('%s: says since when, why, and until when', async (stage, next, advice) => {
    const message = '0/3 nodes are available: 3 Insufficient nvidia.com/gpu';
    const since = tryOf({}).queuedAt;
    const unit = await explainWaiting(stage, message);
    expect(unit).toMatchObject({ state: stage, message, since, next, advice });
  });
});

describe('of tries one after another', () => {
  const live = { isLive: true, failure: undefined, activity: undefined, startDeadline: null };
  const explain = (...tries: ReturnType<typeof tryOf>[]) =>
    explainUnit(new MemoryStore(), { label: 'keep/1/travel', stage: 'train', tries }, live);

  test('each says what Ratchet did: which retry it was, and what it changed', async () => {
    const { tries } = await explain(
      tryOf({ memory: '4Gi', end: failedBy('host-oom', 1) }),
      tryOf({ memory: '8Gi', end: failedBy('sick-node', 1) }),
      tryOf({ memory: '8Gi', avoidNodes: ['n1'] }),
    );
    expect(tries.map(({ action }) => action)).toEqual([
      'doubles the memory, three times at most, for the rest of the lineage too (retry 1 of 3, memory 4Gi → 8Gi)',
      'goes on elsewhere; the lineage avoids the node from now on (retry 1 of 5, without node n1)',
      null,
    ]);
  });

  test('a tag that was pushed anew between two shows', async () => {
    const [old, now] = ['a', 'b'].map((digit) => `registry/trainer@sha256:${digit.repeat(64)}`);
    const unit = await explain(
      tryOf({ image: old, end: failedBy('evicted', 1) }),
      tryOf({ image: now }),
    );
    expect(unit.tries.map(({ image }) => image)).toEqual([old, now]);
    const page = drawExplained({ sweep: 's', state: 'running', units: [unit], untroubled: 0 }, 100);
    expect(page.match(/image sha256:\w+/g)).toEqual([
      'image sha256:aaaaaaaaaaaa',
      'image sha256:bbbbbbbbbbbb',
    ]);
  });

  test('of an evaluation the end of what its pod said is shown', async () => {
    const [earlier, failed] = ['pod-1', 'pod-2'].map((name) =>
      tryOf({ name, pod: name, stage: 'evaluate', end: failedBy('trainer-bug', 1) }),
    );
    if (!earlier || !failed) throw new Error('two tries were asked for');
    const log = Buffer.from('loading\nValueError: no chat template\n');
    const store = new MemoryStore(new Map([[evaluationLogPath(failed.key, 'pod-2'), log]]));
    const group = { label: 'keep/1/travel', stage: 'evaluate', tries: [earlier, failed] };
    const { tries } = await explainUnit(store, group, live);
    expect(tries.map((one) => one.log)).toEqual([[], ['loading', 'ValueError: no chat template']]);
  });

  test('between two it says which retry comes next', async () => {
    expect(await explain(tryOf({ end: failedBy('evicted', 2) }))).toMatchObject({
      state: 'again',
      next: 'it is tried again: retry 2 of 100 for evicted',
    });
  });

  test('a budget that is spent is called so', async () => {
    const { tries } = await explain(tryOf({ end: failedBy('stalled', 3) }));
    expect(tries).toMatchObject([{ action: 'gave up after 2 retries' }]);
  });

  test('one that nobody saw end was lost with its worker', async () => {
    const { tries } = await explain(tryOf({ state: 'running' }), tryOf({ state: 'running' }));
    expect(tries.map(({ result }) => result)).toEqual(['lost', 'running']);
  });
});

function failedBy(cause: string, failures: number) {
  return { result: 'failed', cause, message: 'as it was said', failures } as const;
}
