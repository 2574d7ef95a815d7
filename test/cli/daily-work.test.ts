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

const longest = (lines: string[]): number => Math.max(...lines.map(({ length }) => length));

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

  const draw = async (columns: number): Promise<string[]> => {
    const args = ['examples', 'short.yaml', '--domain', 'travel', '-n', '1'];
    const wide = { ...env, COLUMNS: String(columns) };
    return (await ratchet(args, { cwd: folder, env: wide })).stdout.split('\n');
  };

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

  describe('examples', () => {
    const short = {
      ...STUDY,
      conditions: { ...STUDY.conditions, few: { trace: 'filler', limit: 2 } },
      trainer: { kind: 'builtin', hyperparameters: { maxPromptTokens: 500 } },
    };

    test('are shown side by side where there is room, else one after another', async () => {
      write(short, 'short.yaml');
      const [wide, narrow] = [await draw(160), await draw(80)];
      expect(wide.filter((line) => /^keep +│ strip$/.test(line))).toHaveLength(1);
      expect(narrow.filter((line) => /^(keep|strip)$/.test(line))).toEqual(['keep', 'strip']);
      expect(longest(wide)).toBe(160);
      expect(longest(narrow)).toBe(80);
      for (const lines of [wide, narrow]) {
        expect(lines.some((line) => line.startsWith('-  result'))).toBe(true);
        expect(lines.some((line) => line.startsWith(' > target'))).toBe(true);
      }
    });

    test('tell what the trainer cuts and what a condition leaves out', async () => {
      interface Shown {
        examples: { prompts: { leftOut: string | null; size: { turnsLost: number } }[] }[];
        renderings: { counts: { truncatedTurns: number } }[];
      }
      const args = ['short.yaml', '--condition', 'keep', '--condition', 'few', '-n', '99'];
      const { examples, renderings } = await callJson<Shown>('examples', ...args);
      const cut = examples.reduce((sum, { prompts }) => sum + (prompts[0]?.size.turnsLost ?? 0), 0);
      expect(cut).toBe(renderings[0]?.counts.truncatedTurns);
      expect(cut).toBeGreaterThan(0);
      const taken = examples.filter(({ prompts }) => prompts[1]?.leftOut === null);
      expect(taken).toHaveLength(2);
      const { stdout } = await call('examples', ...args, '--side', 'train');
      expect(stdout).toMatch(/^left out: beyond limit 2$/m);
      expect(stdout).toMatch(/^ x user/m);
    });

    test('on the held-out side carry no loss', async () => {
      const { stdout } = await call('examples', 'study.yaml', '--side', 'held-out', '--seed', '2');
      expect(stdout).toMatch(/^ {3}target/m);
      expect(stdout).not.toMatch(/^ > target/m);
    });

    test('that are not there are one message with the names that are', async () => {
      const asked = {
        '--condition kepe': /no condition kepe: there are keep, strip; did you mean keep\?/,
        '--domain clinic': /no domain clinic: there are travel, banking/,
        '--seed 9': /no seed 9: there are 1, 2/,
        '--id nothing': /no example nothing in domain travel, training side: .* like travel-1/,
      };
      for (const [options, message] of Object.entries(asked)) {
        const ran = await call('examples', 'study.yaml', ...options.split(' '));
        expect(ran).toMatchObject({ code: 10, stdout: '' });
        expect(ran.stderr).toMatch(message);
      }
    });
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
      const { outcomes, predictions } = await callJson<Listed>(
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
      const chosen = [
        '--condition',
        'strip',
        '--seed',
        '2',
        '--after',
        'base',
        '--domain',
        'travel',
      ];
      const { predictions, outcomes } = await callJson<Listed>(
        'predictions',
        ended.sweep,
        ...chosen,
      );
      expect(predictions.length).toBeGreaterThan(0);
      for (const one of predictions)
        expect(one).toMatchObject({ condition: 'strip', seed: 2, after: 'base', domain: 'travel' });
      const names = await callJson<Listed>(
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
      const one = await callJson<Listed>('predictions', ended.sweep, '--id', id, ...chosen);
      expect(one.predictions.map((found) => found.id)).toEqual([id]);
    });

    test('are shown with what was asked, gold and every verdict', async () => {
      const { stdout } = await call('predictions', ended.sweep, '-n', '1');
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
        const ran = await call('predictions', ended.sweep, ...options);
        expect(ran).toMatchObject({ code, stdout: '' });
        expect(ran.stderr).toMatch(message);
      }
    });
  });
});
