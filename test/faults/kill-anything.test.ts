import { describe, expect, it, onTestFinished } from 'vitest';
import { createRandom, deriveSeed, type Random } from '../../contract/random.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import {
  makePlace,
  openStoreOf,
  type Place,
  runToEnd,
  smallSweep,
  toyTrainer,
  writeSweep,
} from '../support/sweep-process.ts';
import { countFurtherAttempts, findRepeatedWork } from './repeated-work.ts';
import { type Kill, KILL_KINDS, type KillKind, Torment } from './torment.ts';

/** The same seed kills the same kinds in the same order after the same pauses; what they hit depends on the machine. */
const SEED = Number(process.env['RATCHET_FAULT_SEED'] ?? Date.now() % 100_000);
const KILLS = Number(process.env['RATCHET_FAULT_KILLS'] ?? 22);
const MINUTE = 60_000;

/** A hash chain, with several seconds a block; and the learner that ships, which takes as long as it takes. */
const STUDIES = [
  {
    name: 'a trainer whose weights are a hash chain of its steps',
    share: 0.6,
    sweep: smallSweep({ trainer: toyTrainer() }),
    env: { TOY_STEP_MS: '120' },
  },
  {
    name: 'the built-in learner',
    share: 0.4,
    sweep: smallSweep({
      suite: {
        kind: 'builtin',
        dialoguesPerDomain: { train: 16, heldOut: 4 },
        chainLength: { min: 2, max: 3 },
      },
      stream: { domains: ['travel', 'banking'] },
      trainer: { kind: 'builtin', hyperparameters: { epochs: 8, tableBits: 16 } },
      checkpoints: { every: 10 },
    }),
    env: {},
  },
];

const fired: Kill[] = [];

describe.skipIf(process.platform !== 'linux')('a sweep whose processes are killed', () => {
  it.each(STUDIES)(
    'ends in the same bytes as one left alone, with $name',
    { timeout: (10 + KILLS) * MINUTE },
    async ({ name, share, sweep, env }) => {
      const whole = await runUndisturbed(sweep);
      const random = createRandom(deriveSeed(SEED, name));
      let deck = drawKinds(random, Math.round(KILLS * share));
      while (deck.length > 0) {
        const place = newPlace();
        const torment = new Torment(place, writeSweep(place, sweep), random, env);
        const finished = await torment.run(deck);
        expect(finished).toEqual(whole);
        await checkStore(place, torment.kills);
        fired.push(...torment.kills);
        deck = deck.slice(torment.kills.length);
        await place.remove();
      }
    },
  );

  it('was hit by every kind of kill, and each fired', () => {
    process.stdout.write(`${describeKills()}\n`);
    expect(fired.length).toBeGreaterThanOrEqual(KILLS);
    for (const kind of KILL_KINDS) {
      const kills = fired.filter((kill) => kill.kind === kind);
      expect({ kind, often: kills.length >= 3 }).toEqual({ kind, often: true });
    }
  });
});

async function runUndisturbed(sweep: object): Promise<object> {
  const place = newPlace();
  const finished = await runToEnd(place, writeSweep(place, sweep));
  expect(finished).toMatchObject({ code: 0, state: 'done' });
  expect(await countFurtherAttempts(await openStoreOf(place))).toBe(0);
  return finished;
}

/** Promises of the store; nothing committed or durable computed again; no more attempts than the kills explain. */
async function checkStore(place: Place, kills: Kill[]): Promise<void> {
  const store = await openStoreOf(place);
  expect(await checkInvariants(store)).toEqual([]);
  for (const { before } of kills) expect(await findRepeatedWork(store, before)).toEqual([]);
  const lineagesAtOnce = 2;
  expect(await countFurtherAttempts(store)).toBeLessThanOrEqual(kills.length * lineagesAtOnce);
}

/** Every kind equally often, in random order. */
function drawKinds(random: Random, count: number): KillKind[] {
  const rounds = Array.from({ length: Math.ceil(count / KILL_KINDS.length) });
  return rounds.flatMap(() => random.shuffle(KILL_KINDS)).slice(0, count);
}

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

function describeKills(): string {
  const lines = KILL_KINDS.map((kind) => {
    const kills = fired.filter((kill) => kill.kind === kind);
    const seconds = kills
      .flatMap(({ recoverySeconds }) => recoverySeconds ?? [])
      .toSorted((a, b) => a - b);
    const median = seconds[Math.floor(seconds.length / 2)]?.toFixed(1) ?? '-';
    const worst = seconds.at(-1)?.toFixed(1) ?? '-';
    return `  ${kind.padEnd(10)} ${kills.length} fired, back after ${median} s (median), ${worst} s (worst)`;
  });
  return [`RATCHET_FAULT_SEED=${SEED}: ${fired.length} kills fired`, ...lines].join('\n');
}
