import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createRandom } from '../../contract/random.ts';
import type { Results } from '../../contract/results.ts';
import { checkInvariants } from '../../store/check-invariants.ts';
import { apiBankMissing } from '../data/api-bank-source.ts';
import {
  type Finished,
  makePlace,
  openStoreOf,
  type Place,
  runToEnd,
  writeSweep,
} from '../support/sweep-process.ts';
import { runKillingAtSteps, type Victim } from './killing-at-steps.ts';

const EXAMPLE = parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'examples', 'tiny-llama.yaml'), 'utf8'),
);
const VICTIMS: readonly Victim[] = ['trainer', 'everything', 'trainer'];
const SEED = Number(process.env['RATCHET_FAULT_SEED'] ?? Date.now() % 100_000);

const { keep, strip } = EXAMPLE.conditions;
const EXAMPLE_ITSELF = { tuning: 'lora', conditions: { keep, strip } };
const STUDIES = [
  { tuning: 'qlora', conditions: { keep } },
  ...(process.env['RATCHET_TRAINER_FULL'] === undefined ? [] : [EXAMPLE_ITSELF]),
];

if (apiBankMissing) process.stdout.write(`skipped: ${apiBankMissing}\n`);

describe.skipIf(apiBankMissing !== undefined)('a language model', () => {
  it.each(STUDIES)(
    'learns the four domains of API-Bank by $tuning, and comes to the same bytes when it is killed at random steps',
    async ({ tuning, conditions }) => {
      const hyperparameters = { ...EXAMPLE.trainer.hyperparameters, tuning };
      const sweep = { ...EXAMPLE, conditions, trainer: { ...EXAMPLE.trainer, hyperparameters } };
      const whole = await runUndisturbed(sweep);
      const results = (JSON.parse(whole.results) as Results).conditions;
      expect(Object.keys(results)).toEqual(Object.keys(conditions));
      for (const { runs } of Object.values(results))
        expect(runs.map(({ matrix }) => matrix.map(countCells))).toEqual([[4, 4, 4, 4]]);

      const place = newPlace();
      const file = writeSweep(place, sweep);
      const random = createRandom(SEED);
      const { finished, kills } = await runKillingAtSteps({ place, file, random }, VICTIMS);
      process.stdout.write(
        `RATCHET_FAULT_SEED=${SEED}, ${tuning}: killed ${describeKills(kills)}\n`,
      );
      expect(kills.map(({ victim }) => victim)).toEqual(VICTIMS);
      expect(finished).toEqual(whole);
      expect(await checkInvariants(await openStoreOf(place))).toEqual([]);
    },
  );
});

async function runUndisturbed(sweep: object): Promise<Finished> {
  const place = newPlace();
  const finished = await runToEnd(place, writeSweep(place, sweep));
  expect(finished).toMatchObject({ code: 0, state: 'done' });
  return finished;
}

function countCells(row: (number | null)[]): number {
  return row.filter((cell) => cell !== null).length;
}

function newPlace(): Place {
  const place = makePlace();
  onTestFinished(place.remove);
  return place;
}

function describeKills(kills: { victim: Victim; step: number }[]): string {
  return kills.map(({ victim, step }) => `${victim} at step ${step}`).join(', ');
}
