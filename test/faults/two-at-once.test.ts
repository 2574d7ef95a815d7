import { describe, expect, it, onTestFinished } from 'vitest';
import { readHistory } from '../../store/attempt-history.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { openFileStore } from '../../store/file-store.ts';
import { BLOCKS, parsePath, PREDICTIONS, SCORES, SWEEPS } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import { findProcesses, waitFor } from '../support/home-processes.ts';
import {
  makePlace,
  openStoreOf,
  type Place,
  RatchetProcess,
  readFinished,
  runToEnd,
  smallSweep,
  toyTrainer,
  TrainingHold,
  writeSweep,
} from '../support/sweep-process.ts';

/** Two conditions, two seeds, two domains: eight blocks, and zero-shot rows besides: 24 cells. */
const SWEEP = smallSweep({ stream: { domains: ['travel', 'banking'] } });
const BLOCK_COUNT = 8;
const CELL_COUNT = 24;
/** Slow enough that both are at it when the other comes. */
const SLOW = { TOY_STEP_MS: '30' };

describe.skipIf(process.platform !== 'linux')(
  'two terminals that run the same file at once',
  () => {
    it('share one supervisor and compute every block once', async () => {
      const place = newPlace();
      const file = writeSweep(place, SWEEP);
      const hold = new TrainingHold(place);
      hold.begin();
      const terminals = [1, 2].map(
        () => new RatchetProcess(place, ['run', file, '--json'], hold.env),
      );
      expect(await waitFor(() => terminals.every(isAttached), 60_000)).toBe(true);
      expect(findProcesses(place.home, 'server')).toHaveLength(1);
      hold.end();
      const [one, other] = await Promise.all(
        terminals.map(async (terminal) => readFinished(terminal, await terminal.exited)),
      );
      expect(one).toMatchObject({ code: 0, state: 'done' });
      expect(other).toEqual(one);
      const store = await openStoreOf(place);
      expect(await countStarts(store)).toEqual(once(BLOCK_COUNT));
      expect(await checkInvariants(store)).toEqual([]);
    });

    it('compute every block once also from two homes that share a store', async () => {
      const one = newPlace();
      const other = newPlace();
      const file = writeSweep(one, { ...SWEEP, store: 'shared' });
      const runs = await Promise.all([runToEnd(one, file, SLOW), runToEnd(other, file, SLOW)]);
      expect(runs[0]).toMatchObject({ code: 0, state: 'done' });
      expect(runs[1].results).toBe(runs[0].results);
      const store = await openFileStore(`${one.folder}/shared`);
      expect(await countStarts(store)).toEqual(once(BLOCK_COUNT));
      expect(await checkInvariants(store)).toEqual([]);
    });
  },
);

describe.skipIf(process.platform !== 'linux')('a worker that stands still', () => {
  it('loses its claim to another home after the lease, and does no harm when it goes on', async () => {
    const asleep = newPlace();
    const awake = newPlace();
    const chain = { ...SWEEP, conditions: { keep: { trace: 'keep' } }, seeds: 1, store: 'shared' };
    const file = writeSweep(asleep, chain);
    const store = await openFileStore(`${asleep.folder}/shared`);
    const sleeper = runToEnd(asleep, file, { TOY_STEP_MS: '150' });
    await waitFor(async () => (await store.list(BLOCKS)).some(isPartial), 60_000);
    const stopped = findProcesses(asleep.home, 'worker');
    for (const { pid } of stopped) process.kill(pid, 'SIGSTOP');
    const other = runToEnd(awake, file, { TOY_STEP_MS: '150' });
    const taken = await waitFor(async () => (await store.list(BLOCKS)).some(isSecondClaim), 60_000);
    expect(taken).toBe(true);
    for (const { pid } of stopped) process.kill(pid, 'SIGCONT');

    const [one, two] = await Promise.all([sleeper, other]);
    expect(one).toMatchObject({ code: 0, state: 'done' });
    expect(two.results).toBe(one.results);
    expect(await checkInvariants(store)).toEqual([]);
    expect(one.results).toBe((await runToEnd(newPlace(), writeSweep(newPlace(), chain))).results);
  });
});

describe.skipIf(process.platform !== 'linux')('a sweep whose file names another store', () => {
  it('is refused while it runs on the old one, which stays known, and runs there afterwards', async () => {
    const place = newPlace();
    const chain = { ...SWEEP, conditions: { keep: { trace: 'keep' } }, seeds: 1 };
    const old = writeSweep(place, { ...chain, store: 'old' });
    const moved = writeSweep(place, { ...chain, store: 'new' }, 'moved.yaml');
    const running = new RatchetProcess(place, ['run', old, '--detach', '--json'], SLOW);
    expect(await running.exited).toBe(0);

    const refused = new RatchetProcess(place, ['run', moved]);
    expect(await refused.exited).toBe(3);
    const { sweep } = running.answer;
    expect(refused.stderr).toContain(`${sweep} is running and writes to file://`);
    expect(refused.stderr).toMatch(/\/old, not to file:.*\/new: .*ratchet cancel/);

    const watch = new RatchetProcess(place, ['watch', sweep, '--json']);
    expect(await watch.exited).toBe(0);
    expect(watch.answer.results).toContain('/old/');
    const after = await runToEnd(place, moved);
    expect(after).toMatchObject({ code: 0, sweep, state: 'done' });
    const store = await openFileStore(`${place.folder}/new`);
    expect(await countStarts(store)).toEqual(once(2));
  });
});

function isAttached({ stderr }: RatchetProcess): boolean {
  return stderr.includes('temporal: ');
}

function isPartial(path: string): boolean {
  return parsePath(path)?.kind === 'partial';
}

function isSecondClaim(path: string): boolean {
  return parsePath(path)?.kind === 'claim' && parsePath(path)?.attempt === 2;
}

describe.skipIf(process.platform !== 'linux')('a finished sweep', () => {
  it('computes nothing when it is run again, and only the difference when it grows', async () => {
    const place = newPlace();
    const first = await runToEnd(place, writeSweep(place, SWEEP));
    expect(first).toMatchObject({ code: 0, state: 'done' });
    const store = await openStoreOf(place);
    const found = await listResults(store);
    expect(found.filter((path) => path.startsWith(SCORES))).toHaveLength(CELL_COUNT);

    const again = await runToEnd(place, writeSweep(place, SWEEP));
    expect(again.results).toBe(first.results);
    expect(await listResults(store)).toEqual(found);

    const more = await runToEnd(place, writeSweep(place, { ...SWEEP, seeds: 4 }));
    expect(firstRuns(more.results)).toEqual(firstRuns(first.results));
    expect(await countStarts(store)).toEqual(once(2 * BLOCK_COUNT));

    const grown = { ...SWEEP, stream: { domains: ['travel', 'banking', 'library'] } };
    await runToEnd(place, writeSweep(place, grown));
    expect(await countStarts(store)).toEqual(once(2 * BLOCK_COUNT + 4));
    // Of each lineage a row for the new checkpoint, and of the three older ones the new domain's column.
    expect(await countScores(store)).toBe(2 * CELL_COUNT + 4 * (3 + 3));
    expect(await checkInvariants(store)).toEqual([]);
  });

  it('starts no trainer when it is run again, with no supervisor left either', async () => {
    const place = newPlace();
    const file = writeSweep(place, { ...SWEEP, trainer: toyTrainer({ epochs: 1 }), seeds: 1 });
    const first = await runToEnd(place, file, { RATCHET_IDLE_SECONDS: '0' });
    const ended = await waitFor(() => findProcesses(place.home).length === 0, 60_000);
    expect(ended).toBe(true);
    let learners = 0;
    const watch = setInterval(() => {
      learners += findProcesses(place.home, 'learner').length;
    }, 20);
    const again = await runToEnd(place, file);
    clearInterval(watch);
    expect(again.results).toBe(first.results);
    expect(learners).toBe(0);
  });
});

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

/** How many attempts began to train, by block, sorted. */
async function countStarts(store: Store): Promise<number[]> {
  const keys = new Set((await store.list(BLOCKS)).flatMap((path) => parsePath(path)?.key ?? []));
  const histories = await Promise.all([...keys].map((key) => readHistory(store, key)));
  return histories.map((attempts) => attempts.filter(({ start }) => start).length).toSorted();
}

function once(blocks: number): number[] {
  return Array.from({ length: blocks }, () => 1);
}

/** Everything but the report, which is written anew. */
async function listResults(store: Store): Promise<string[]> {
  return (await store.list('')).filter((path) => !path.startsWith(SWEEPS));
}

async function countScores(store: Store): Promise<number> {
  expect(await store.list(PREDICTIONS)).toHaveLength((await store.list(SCORES)).length);
  return (await store.list(SCORES)).length;
}

/** Of either condition the runs of the first two seeds. */
function firstRuns(results: string): unknown[] {
  const { conditions } = JSON.parse(results) as { conditions: Record<string, { runs: unknown[] }> };
  return Object.values(conditions).map(({ runs }) => runs.slice(0, 2));
}
