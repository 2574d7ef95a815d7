import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createRandom, deriveSeed } from '../../contract/random.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { endHome } from '../support/home-processes.ts';
import {
  makePlace,
  openStoreOf,
  RatchetProcess,
  runToEnd,
  smallSweep,
  writeSweep,
} from '../support/sweep-process.ts';

const SEED = Number(process.env['RATCHET_FAULT_SEED'] ?? Date.now() % 100_000);
const STARTS = Number(process.env['RATCHET_FAULT_STARTS'] ?? 8);
/** Past the first steps of the first block on a fast machine. */
const LATEST = 3500;

const SWEEP = smallSweep({ stream: { domains: ['travel', 'banking'] }, seeds: 1 });

it.skipIf(process.platform !== 'linux')(
  `ends in the same bytes after everything was killed in its first seconds, again and again (RATCHET_FAULT_SEED=${SEED})`,
  { timeout: 120_000 + STARTS * 10_000 },
  async () => {
    const random = createRandom(deriveSeed(SEED, 'starts'));
    const places = [makePlace(), makePlace()];
    onTestFinished(async () => void (await Promise.all(places.map(({ remove }) => remove()))));
    const [whole, place] = places as [(typeof places)[0], (typeof places)[0]];
    const file = writeSweep(place, SWEEP);
    for (let start = 0; start < STARTS; start++) {
      const run = new RatchetProcess(place, ['run', file]);
      await delay(random.below(LATEST));
      await endHome(place.home);
      await run.exited;
    }
    const { results } = await runToEnd(place, file);
    expect(results).toBe((await runToEnd(whole, file)).results);
    expect(await checkInvariants(await openStoreOf(place))).toEqual([]);
  },
);
