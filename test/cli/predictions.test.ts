import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, type Ended, STUDY } from './study.ts';

const desk = new Desk();
let ended: Ended;

beforeAll(async () => {
  desk.write(STUDY);
  ended = await desk.ask('run', 'study.yaml');
});

describe('predictions', () => {
  interface Listed {
    outcomes: Record<string, number>;
    predictions: {
      condition: string;
      after: string;
      domain: string;
      outcome: string;
      id: string;
    }[];
  }

  test('of the last checkpoints are listed, the worst outcomes first', async () => {
    const { outcomes, predictions } = await desk.ask<Listed>(
      'predictions',
      ended.sweep,
      '-n',
      '99',
    );
    const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    expect(predictions).toHaveLength(total);
    expect(new Set(predictions.map(({ after }) => after))).toEqual(new Set(['banking']));
    const ranks = predictions.map(({ outcome }) => Object.keys(outcomes).indexOf(outcome));
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    expect(new Set(ranks).size).toBeGreaterThan(1);
  });

  test('are chosen by condition, seed, checkpoint, domain, outcome and example', async () => {
    const chosen = ['--condition', 'strip', '--seed', '2', '--after', 'base', '--domain', 'travel'];
    const { predictions, outcomes } = await desk.ask<Listed>('predictions', ended.sweep, ...chosen);
    expect(predictions.length).toBeGreaterThan(0);
    for (const one of predictions)
      expect(one).toMatchObject({ condition: 'strip', seed: 2, after: 'base', domain: 'travel' });
    const names = await desk.ask<Listed>(
      'predictions',
      ended.sweep,
      '--outcome',
      'wrong-name',
      '-n',
      '99',
      ...chosen,
    );
    expect(names.predictions).toHaveLength(outcomes['wrong-name'] ?? -1);
    const [{ id } = { id: '' }] = predictions;
    const one = await desk.ask<Listed>('predictions', ended.sweep, '--id', id, ...chosen);
    expect(one.predictions.map((found) => found.id)).toEqual([id]);
  });

  test('are shown with what was asked, gold and every verdict', async () => {
    const { stdout } = await desk.call(['predictions', ended.sweep, '-n', '1']);
    expect(stdout).toMatch(/predictions: 0 exact, /);
    expect(stdout).toMatch(/outcome +\S+ +✗ exact +✗ paper-1 +✗ bfcl/);
    expect(stdout).toMatch(/^ +user +\S/m);
    expect(stdout).toMatch(/^ +gold +\[\w+\(/m);
    expect(stdout).toMatch(/^ +predicted +\[\w+\(x='/m);
  });

  test('that cannot be asked for are one message', async () => {
    const asked: [string[], number, RegExp][] = [
      [['--after', 'bankng'], 10, /no checkpoint of keep bankng: .* did you mean banking/],
      [['--outcome', 'wrong'], 10, /no outcome wrong: there are exact/],
      [['--compare', 'keep strip'], 2, /two conditions like "keep - strip" were expected/],
      [['--compare', 'keep - stirp'], 10, /no condition stirp: .* did you mean strip/],
      [['--only', 'better'], 2, /--only goes with --compare/],
    ];
    for (const [options, code, message] of asked) {
      const ran = await desk.call(['predictions', ended.sweep, ...options]);
      expect(ran).toMatchObject({ code, stdout: '' });
      expect(ran.stderr).toMatch(message);
    }
  });
});
