import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Results } from '../../contract/results.ts';
import { makeFolder, type Ran, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');

const STUDY = {
  version: 'ratchet/v1',
  name: 'study',
  suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 3 } },
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
  seeds: 2,
  question: { contrast: 'keep - strip' },
  trainer: { kind: 'command', command: [process.execPath, TOY], identity: 'toy' },
};

const readResults = (file: string): Results => JSON.parse(readFileSync(file, 'utf8')) as Results;

describe('daily work on a study', () => {
  const folder = makeFolder();
  const env = { RATCHET_HOME: join(folder, 'home') };
  const call = (...args: string[]): Promise<Ran> => ratchet(args, { cwd: folder, env });
  const callJson = async <T>(...args: string[]): Promise<T> => {
    const ran = await call(...args, '--json');
    expect(ran.code, ran.stderr).toBe(0);
    return JSON.parse(ran.stdout) as T;
  };
  const write = (study: object, name = 'study.yaml'): void =>
    writeFileSync(join(folder, name), JSON.stringify(study));

  let ended: { sweep: string; results: string };

  beforeAll(async () => {
    write(STUDY);
    ended = await callJson('run', 'study.yaml');
  });

  describe('run --limit', () => {
    test('is a sweep of its own on few examples, and says so', async () => {
      const ran = await call('run', 'study.yaml', '--limit', '2', '--json');
      expect(ran.stderr).toMatch(/^a trial, study-limit2: at most 2 examples of a domain/m);
      const { sweep, results } = JSON.parse(ran.stdout) as typeof ended;
      expect(sweep).toMatch(/^study-limit2-[0-9a-f]{12}$/);
      const { counts } = readResults(results).data;
      expect(counts.map(({ examples }) => examples)).toEqual(counts.map(() => 2));
      expect(new Set(counts.map(({ split }) => split))).toEqual(new Set(['train', 'held-out']));
    });

    test('leaves the study alone: its blocks stay stored', async () => {
      const plan = await callJson<{ sweep: string; blocks: object }>('plan', 'study.yaml');
      expect(plan).toMatchObject({ sweep: ended.sweep, blocks: { stored: 8, compute: 0 } });
    });

    test('a limit that is no count is a wrong command line', async () => {
      for (const limit of ['0', 'ten', '1.5']) {
        const ran = await call('plan', 'study.yaml', '--limit', limit);
        expect(ran.code).toBe(2);
        expect(ran.stderr).toMatch(/a whole number of at least 1 was expected/);
      }
    });
  });
});
