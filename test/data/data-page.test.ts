import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSuite } from '../../data/open-suite.ts';
import { parseSweep } from '../../spec/parse.ts';
import { formatProblem } from '../../spec/problems.ts';
import { JSONL } from './jsonl-fixture.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/data.md'), 'utf8');

function blocksOf(language: string): string[] {
  const fence = '```';
  const block = new RegExp(`^${fence}${language}\n(.*?)^${fence}$`, 'gms');
  return [...page.matchAll(block)].map(([, text = '']) => text);
}

test.each(blocksOf('yaml'))('a suite that the page shows is right: %s', (suite) => {
  const rest = 'stream: { domains: [any] }\nconditions: { keep: { trace: keep } }\n';
  const parsed = parseSweep(`version: ratchet/v1\nname: a\n${suite}${rest}`, 'page');
  const problems = 'errors' in parsed ? parsed.errors : [];
  expect(problems.filter(({ field }) => field.startsWith('suite')).map(formatProblem)).toEqual([]);
});

test('the line that the page shows is a dialogue of two examples', () => {
  const lines = blocksOf('jsonl');
  expect(lines).toHaveLength(1);
  const bytes = Buffer.from(lines.join(''));
  const { census } = openSuite(JSONL, [{ name: 'travel.jsonl', bytes }]);
  expect(census).toMatchObject({ examples: { total: 2 }, dialogues: 1 });
  expect(census.domains['travel']?.tools).toBe(2);
});

test.each(blocksOf('json'))('the shape of a source that the page shows is JSON: %s', (text) => {
  const values = text.includes('"role"') ? text.trim().split('\n') : [text];
  for (const value of values) expect(() => JSON.parse(value) as unknown).not.toThrow();
});
