import { describe, expect, test } from 'vitest';
import { Desk, type Ended, readResults, runOf, STUDY } from './study.ts';

interface Listed {
  predictions: {
    id: string;
    draw?: number;
    domain: string;
    right: Record<string, boolean>;
    prediction: string;
  }[];
}

/** One block of the built-in learner. */
const DRAWN = {
  ...STUDY,
  suite: { kind: 'builtin', dialoguesPerDomain: { train: 12, heldOut: 4 } },
  stream: { domains: ['travel'] },
  conditions: { keep: { trace: 'keep' } },
  seeds: 1,
  question: undefined,
  trainer: { kind: 'builtin', hyperparameters: { epochs: 4 } },
  evaluate: { decoding: { temperature: 0.7, seed: 3, draws: 3 } },
};

test('every draw is predicted, scored, shown and part of pass^k', async () => {
  const desk = new Desk();
  desk.write(DRAWN);
  const { sweep, results } = await desk.ask<Ended>('run', 'study.yaml');
  const { predictions } = await desk.ask<Listed>('predictions', sweep, '-n', '999');
  const ids = [...new Set(predictions.map(({ id }) => id))];
  const byExample = new Map(ids.map((id) => [id, predictions.filter((one) => one.id === id)]));
  for (const answers of byExample.values())
    expect(answers.map(({ draw }) => draw).toSorted()).toEqual([0, 1, 2]);
  const texts = [...byExample.values()].map((own) => new Set(own.map((one) => one.prediction)));
  expect(Math.max(...texts.map(({ size }) => size))).toBeGreaterThan(1);

  const share = (holds: (right: number) => number): number =>
    [...byExample.values()].reduce(
      (sum, own) => sum + holds(own.filter(({ right }) => right['exact']).length),
      0,
    ) / byExample.size;
  const passK = runOf(results, 'keep').secondary?.passK ?? [];
  expect(passK).toHaveLength(3);
  expect(passK[0]).toBeGreaterThan(0);
  expect(passK[0]).toBeCloseTo(
    share((c) => c / 3),
    12,
  );
  expect(passK[1]).toBeCloseTo(
    share((c) => [0, 0, 1 / 3, 1][c] ?? 0),
    12,
  );
  expect(passK[2]).toBeCloseTo(
    share((c) => (c === 3 ? 1 : 0)),
    12,
  );
  const { stdout } = await desk.call(['predictions', sweep, '-n', '1']);
  expect(stdout).toMatch(/travel: keep\/1 after travel, draw [012]/);
});

describe('a trainer that tells its loss', () => {
  const desk = new Desk();

  test('has it in results, by cell and domain', async () => {
    const trainer = { ...STUDY.trainer, hyperparameters: { tellsLoss: true } };
    desk.write({ ...STUDY, trainer, seeds: 1 });
    const { results } = await desk.ask<Ended>('run', 'study.yaml');
    const { cells, secondary } = runOf(results, 'keep');
    const { nats = 0, tokens = 0 } = cells[1]?.[0]?.loss ?? {};
    expect(nats).toBeGreaterThan(0);
    expect(tokens).toBe(3 * (cells[1]?.[0]?.examples ?? 0));
    expect(secondary?.loss?.matrix[1]?.[0]).toBe(nats / tokens);
    expect(readResults(results).secondary).toMatchObject([
      { measure: 'loss', treatment: 'keep', control: 'strip' },
    ]);
  });

  test('has none where it tells none', async () => {
    desk.write({ ...STUDY, seeds: 1 }, 'silent.yaml');
    const { results } = await desk.ask<Ended>('run', 'silent.yaml');
    expect(JSON.stringify(readResults(results))).not.toContain('"loss"');
  });
});
