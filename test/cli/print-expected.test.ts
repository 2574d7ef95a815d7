import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { HUB_FILES } from '../../data/api-bank/training.ts';
import { describePiped, searchEntries, trainingFile } from '../data/training-fixture.ts';
import type { Ran } from './ratchet.ts';
import { Desk, STUDY as TOY_STUDY } from './study.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const TEXT = readFileSync(join(EXAMPLES, 'trajectory-supervision.yaml'), 'utf8');

interface Study extends Record<string, unknown> {
  suite: object;
  conditions: Record<string, object>;
}

/** The corrected study at two seeds, with a trainer that takes every example for ten tokens, on this machine; one name is a number in YAML. */
const { compute: _, store: __, ...corrected } = parse(TEXT) as Study;
const { keep, strip, joint } = corrected.conditions;
const STUDY = stringify({
  ...corrected,
  suite: { ...corrected.suite, path: '.' },
  conditions: { keep, strip, '1e3': { trace: 'filler' }, joint },
  seeds: 2,
  trainer: TOY_STUDY.trainer,
});

const desk = new Desk();

function plan(section: string, ...options: string[]): Promise<Ran> {
  writeFileSync(join(desk.folder, 'study.yaml'), `${STUDY}${section}`);
  return desk.call(['plan', ...options, 'study.yaml']);
}

/** Five families of dialogues in every file, of two examples each. */
beforeAll(() => {
  for (const name of HUB_FILES) {
    const entries = Array.from({ length: 60 }, (_entry, index) =>
      searchEntries(`${name} ${index}`, `Api${index % 5}`, `city='${index}'`, describePiped),
    );
    writeFileSync(join(desk.folder, name), trainingFile(name, entries.flat()).bytes);
  }
});

test('what is printed holds once it is pasted, and a number changed at one seed is told with that seed', async () => {
  const { stdout: printed, stderr } = await plan('', '--counts');
  expect(stderr).toBe('left out, without one count a domain: joint\n');
  expect(printed).toMatch(/^expect:\n {2}examples:\n {4}keep:\n {6}D1: \{ 1: \d+, 2: \d+ \}\n/);
  expect(await plan(printed)).toMatchObject({ code: 0 });

  const changed = printed.replace(/(?<= tokens:.* strip:.* D1: \{ 1: \d+, 2: )\d+/s, '7');
  const { code, stderr: refusal } = await plan(changed);
  expect(code).toBe(4);
  const told = refusal.split('\n').filter((line) => line.startsWith('  '));
  expect(told).toEqual([expect.stringMatching(/^ {2}strip\/2\/D1: expected 7 tokens, found \d/)]);

  const again = await desk.ask('plan', '--counts', 'study.yaml');
  expect(again, 'told again to mend it').toEqual(parse(printed));
});

test('a trial has no counts to print', async () => {
  const { code, stderr } = await plan('', '--counts', '--limit', '3');
  expect(code).toBe(2);
  expect(stderr).toContain("option '--counts' cannot be used with option '--limit <n>'");
});
