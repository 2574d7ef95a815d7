import { beforeAll, describe, expect, test } from 'vitest';
import { Desk, type Ended, readResults, STUDY } from './study.ts';

const desk = new Desk();
let ended: Ended;

beforeAll(async () => {
  desk.write(STUDY);
  ended = await desk.ask('run', 'study.yaml');
});

describe('run --limit', () => {
  test('is a sweep of its own on few examples, and says so', async () => {
    const ran = await desk.call(['run', 'study.yaml', '--limit', '2', '--json']);
    expect(ran.stderr).toMatch(/^a trial, study-limit2: at most 2 examples of a domain/m);
    const { sweep, results } = JSON.parse(ran.stdout) as Ended;
    expect(sweep).toMatch(/^study-limit2-[0-9a-f]{12}$/);
    const { counts } = readResults(results).data;
    expect(counts.map(({ examples }) => examples)).toEqual(counts.map(() => 2));
    expect(new Set(counts.map(({ split }) => split))).toEqual(new Set(['train', 'held-out']));
  });

  test('leaves the study alone: its blocks stay stored', async () => {
    const plan = await desk.ask<{ sweep: string; blocks: object }>('plan', 'study.yaml');
    expect(plan).toMatchObject({ sweep: ended.sweep, blocks: { stored: 8, compute: 0 } });
  });

  test('a limit that is no count is a wrong command line', async () => {
    for (const limit of ['0', 'ten', '1.5']) {
      const ran = await desk.call(['plan', 'study.yaml', '--limit', limit]);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(/a whole number of at least 1 was expected/);
    }
  });
});
