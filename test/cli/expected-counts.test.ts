import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PAPER_COUNTS } from '../../data/api-bank/as-published.ts';
import { generateEntries, hubFiles } from '../data/as-published-fixture.ts';
import { Desk, type Ended, readResults, STUDY as TOY_STUDY } from './study.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const DOMAINS = ['D1', 'D2', 'D3', 'D4'];

interface Study {
  expect: Record<'examples' | 'tokens', Record<'keep' | 'strip', Record<string, number>>>;
}

const published = parse(
  readFileSync(join(EXAMPLES, 'trajectory-supervision-as-published.yaml'), 'utf8'),
) as Study;

/** The published study as its file has it, with a trainer that takes every example for ten tokens, on this machine. */
const { compute: _, store: __, ...rest } = published as Study & Record<string, unknown>;
const HERE = {
  ...rest,
  suite: { kind: 'api-bank', source: 'paper-1', path: '.' },
  trainer: TOY_STUDY.trainer,
};
const tens = Object.fromEntries(
  DOMAINS.map((domain, index) => [domain, (PAPER_COUNTS.train[index] ?? 0) * 10]),
);

function sum(counts: Record<string, number>): number {
  return DOMAINS.reduce((total, domain) => total + (counts[domain] ?? Number.NaN), 0);
}

const desk = new Desk();

beforeAll(() => {
  for (const { name, bytes } of hubFiles(generateEntries()))
    writeFileSync(join(desk.folder, name), bytes);
  copyFileSync(join(EXAMPLES, 'strip-trace-lines.ts'), join(desk.folder, 'strip-trace-lines.ts'));
});

test('the example expects what the paper counts', () => {
  const { tokens, examples } = published.expect;
  expect([sum(tokens.strip), sum(tokens.keep)]).toEqual([1_857_169, 2_324_314]);
  expect([sum(examples.strip), sum(examples.keep)]).toEqual([2778, 2778]);
});

test('other counts stop a sweep before anything of it begins', async () => {
  desk.write(HERE);
  const planned = await desk.call(['plan', 'study.yaml']);
  expect(planned.stdout, 'the plan is shown all the same').toContain('2,778');
  const ran = await desk.call(['run', 'study.yaml']);
  for (const { code, stderr } of [planned, ran]) {
    expect(code).toBe(4);
    expect(stderr).toMatch(/the trainer counts other training data than the sweep file expects/);
    expect(stderr).toContain('strip/42/D1: expected 470,317 tokens, found 6,980 (−463,337)');
    expect(stderr).toContain('keep/42/D4: expected 580,163 tokens, found 6,960 (−573,203)');
    expect(stderr).toMatch(/What may differ: the model's revision .*the revision of the data/);
  }
  expect(existsSync(join(desk.home, 'store', 'sweeps')), 'nothing was submitted').toBe(false);
});

test('the counts that are expected let it run', async () => {
  desk.write({ ...HERE, expect: { ...HERE.expect, tokens: { keep: tens, strip: tens } } });
  const { results } = await desk.ask<Ended>('run', 'study.yaml');
  const { cells, data } = readResults(results);
  expect(cells.missing).toBe(0);
  expect(data.counts.find(({ split }) => split === 'train')).toMatchObject({ tokens: 6980 });
});

test('a trial on fewer examples expects nothing', async () => {
  desk.write(HERE);
  const { code, stderr } = await desk.call(['plan', 'study.yaml', '--limit', '5']);
  expect(code, stderr).toBe(0);
});
