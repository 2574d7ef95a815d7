import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TRAINER_GRACE } from '../../contract/timeouts.ts';
import { countRepeatedSteps, readHistory } from '../../store/attempt-history.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { isAlive } from '../../store/process-identity.ts';
import type { Store } from '../../store/store.ts';
import { endHome, findProcesses, waitFor } from '../support/home-processes.ts';
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
import { readStoreProgress } from './repeated-work.ts';

/** Two lineages of two blocks, both in the middle of a training when something is asked of them. */
const SWEEP = smallSweep({ stream: { domains: ['travel', 'banking'] }, seeds: 1 });

describe.skipIf(process.platform !== 'linux')('a running sweep', () => {
  let whole = '';
  beforeAll(async () => {
    const place = makePlace();
    whole = (await runToEnd(place, writeSweep(place, SWEEP))).results;
    await place.remove();
  });

  it('frees its trainers when paused, also through a crash, and loses no step', async () => {
    const { place, run, file, hold } = await startTraining(SWEEP);
    expect(await say(place, 'pause')).toBe(0);
    expect(learners(place)).toBe(0);
    const store = await openStoreOf(place);
    const paused = await readSteps(store);
    expect(paused.length).toBe(2);

    await endHome(place.home);
    expect(await run.exited).toBe(null);
    const again = new RatchetProcess(place, ['run', file, '--json'], hold.env);
    await waitFor(() => findProcesses(place.home, 'worker').length > 0, 60_000);
    await delay(4000);
    expect(learners(place)).toBe(0);
    expect(await readSteps(store)).toEqual(paused);

    hold.end();
    expect(await say(place, 'resume')).toBe(0);
    const finished = readFinished(again, await again.exited);
    expect(finished).toMatchObject({ code: 0, state: 'done', results: whole });
    expect(await countRepeats(store)).toBe(0);
    expect(await checkInvariants(store)).toEqual([]);
  });

  it('ends when cancelled, with nothing left running, and goes on when it is run again', async () => {
    const { place, run, file, hold } = await startTraining(SWEEP);
    expect(await say(place, 'cancel')).toBe(0);
    expect(learners(place)).toBe(0);
    const cancelled = readFinished(run, await run.exited);
    expect(cancelled).toMatchObject({ code: 6, state: 'cancelled' });

    hold.end();
    const finished = await runToEnd(place, file);
    expect(finished).toMatchObject({ code: 0, state: 'done', results: whole });
    const store = await openStoreOf(place);
    expect(await countRepeats(store)).toBe(0);
    expect(await checkInvariants(store)).toEqual([]);
  });

  it('kills a trainer that is deaf to SIGTERM, and what it started, when its grace is over', async () => {
    const deaf = { ...SWEEP, trainer: toyTrainer({ deaf: true, helper: true }) };
    const { place } = await startTraining(deaf);
    const asked = performance.now();
    expect(await say(place, 'cancel')).toBe(0);
    expect(learners(place)).toBe(0);
    expect(findProcesses(place.home).filter(({ command }) => command[0] === 'sleep')).toEqual([]);
    expect(performance.now() - asked).toBeGreaterThan(TRAINER_GRACE * 0.9);
    expect(await checkInvariants(await openStoreOf(place))).toEqual([]);
  });

  it('leaves nothing that a trainer started behind when its worker is killed', async () => {
    const helping = { ...SWEEP, trainer: toyTrainer({ helper: true }) };
    const { place, run, hold } = await startTraining(helping);
    const helpers = findProcesses(place.home).filter(({ command }) => command[0] === 'sleep');
    expect(helpers).not.toEqual([]);
    for (const { pid } of findProcesses(place.home, 'worker')) process.kill(pid, 'SIGKILL');
    expect(await waitFor(() => !helpers.some(isAlive), 30_000)).toBe(true);
    hold.end();
    expect(await run.exited).toBe(0);
  });

  it('leaves nothing running when its supervisor is killed and nobody comes back', async () => {
    const { place, run } = await startTraining(SWEEP);
    for (const { pid } of findProcesses(place.home, 'client', 'supervisor'))
      process.kill(pid, 'SIGKILL');
    await run.exited;
    expect(await waitFor(() => findProcesses(place.home).length === 0, 45_000)).toBe(true);
  });
});

interface Training {
  place: Place;
  run: RatchetProcess;
  file: string;
  hold: TrainingHold;
}

/** A sweep whose two lineages both train, have a checkpoint, and are held there. */
async function startTraining(sweep: object): Promise<Training> {
  const place = makePlace();
  onTestFinished(place.remove);
  const hold = new TrainingHold(place);
  hold.begin();
  const file = writeSweep(place, sweep);
  const run = new RatchetProcess(place, ['run', file, '--json'], hold.env);
  const store = await openStoreOf(place);
  const both = await waitFor(async () => (await readSteps(store)).length === 2, 60_000);
  expect(both).toBe(true);
  return { place, run, file, hold };
}

/** Steps of the newest checkpoints of blocks that have any. */
async function readSteps(store: Store): Promise<number[]> {
  const progress = await readStoreProgress(store);
  return [...progress.values()].map(({ step }) => step).filter((step) => step > 0);
}

async function countRepeats(store: Store): Promise<number> {
  const keys = [...(await readStoreProgress(store)).keys()];
  const counts = await Promise.all(
    keys.map(async (key) => countRepeatedSteps(await readHistory(store, key))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function say(place: Place, verb: string): Promise<number | null> {
  return new RatchetProcess(place, [verb]).exited;
}

function learners(place: Place): number {
  return findProcesses(place.home, 'learner').length;
}
