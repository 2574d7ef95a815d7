import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../spec/limits.ts';
import { parseSweep } from '../../spec/parse.ts';
import { formatProblem } from '../../spec/problems.ts';
import { MALFORMED_CONDITIONS } from './malformed-conditions.ts';
import { MALFORMED_SETTINGS } from './malformed-settings.ts';
import { MALFORMED_STUDY } from './malformed-study.ts';
import { MALFORMED_SUITES } from './malformed-suites.ts';
import { STUDY, studyWith } from './study.ts';

/** First lines of the messages, after the file's name. */
function complaints(text: string): string[] {
  const parsed = parseSweep(text, 'study.yaml');
  if ('sweep' in parsed) return [];
  return parsed.errors.map((problem) => {
    const [first = ''] = formatProblem(problem).split('\n');
    return first.replace(/^study\.yaml:/, '');
  });
}

function indented(levels: number): string {
  return Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
}

function fields(count: number): string {
  return Array.from({ length: count }, (_, i) => `f${i}: 1`).join('\n');
}

test('the spec that the others spoil is right', () => {
  expect(complaints(STUDY)).toEqual([]);
});

describe('a spoiled line is told with its line, column, field and the nearest word', () => {
  test.each([
    ...MALFORMED_STUDY,
    ...MALFORMED_SUITES,
    ...MALFORMED_CONDITIONS,
    ...MALFORMED_SETTINGS,
  ])('line %i: %j', (line, becomes, ...says) => {
    expect(complaints(studyWith(line, becomes))).toEqual(says);
  });
});

describe('a spoiled knob of the built-in suite is told', () => {
  test.each([
    [
      'preset: hrad',
      '33: suite.preset: expected "default", "quick", "hard", "null" or null, found "hrad" (did you mean "hard"?)',
    ],
    ['preset:', '25: suite.preset: expected the name of a preset, found nothing'],
    [
      'preset: { }',
      '33: suite.preset: expected "default", "quick", "hard", "null" or null, found an empty mapping',
    ],
    [
      'preset: quick, chainLength: { min: 5 }',
      '40: suite.chainLength.max: expected a max of at least min, found nothing',
    ],
    ['unseenTools: 3', '38: suite.unseenTools: expected an integer from 0 to 2, found 3'],
    ['toss: 1', '31: suite.toss: expected true or false, found 1'],
  ])('%s', (knob, says) => {
    const text = studyWith(3, `suite: { kind: builtin, ${knob} }`);
    const study = text.replace(/domains: .*/, 'domains: [travel, library]');
    expect(complaints(study)).toEqual([`3:${says}`]);
  });
});

describe('every error of a file is told at once', () => {
  test('whatever part of it they are in, in reading order', () => {
    const text = [
      'version: ratchet/v2',
      'suite: { kind: api-bank, tools: every }',
      'stream:',
      '  domains: [acount, health, health]',
      '  orders: al',
      'conditions:',
      '  keep: { trace: kepe }',
      'seeds: [1, 1]',
      'question: { contrast: keep - strip, alpha: 1 }',
      'epochs: 3',
    ].join('\n');
    const places = complaints(text).map((said) => said.split(': ').slice(0, 2).join(' '));
    expect(places).toEqual([
      '1:1 name',
      '1:10 version',
      '2:33 suite.tools',
      '4:13 stream.domains[0]',
      '4:29 stream.domains[2]',
      '5:11 stream.orders',
      '7:18 conditions.keep.trace',
      '8:12 seeds[1]',
      '9:23 question.contrast',
      '9:44 question.alpha',
      '10:1 epochs',
    ]);
  });

  test('a misspelled field is not reported missing as well', () => {
    expect(complaints(STUDY.replace('name:', 'nmae:'))).toHaveLength(1);
  });
});

test.each([
  [
    'source: hub, domains: semantic',
    'D1',
    '3:48: suite.domains: expected a mapping with kind "balanced" or "own", found "semantic"',
  ],
  [
    'source: level-3, split: { unit: scenario }',
    'care',
    '3:58: suite.split.unit: expected "dialogue" or "example", found "scenario"',
  ],
])('what a source of API-Bank cannot do is refused: %s', (settings, domain, says) => {
  const stream = studyWith(3, `suite: { kind: api-bank, ${settings} }`);
  expect(complaints(stream.replace(/domains: \[account.*/, `domains: [${domain}]`))).toEqual([
    says,
  ]);
});

describe('more than a sweep can be', () => {
  test('all orders of seven domains', () => {
    const domains = 'domains: [a, b, c, d, e, f, g]\n  orders: all';
    const said = complaints(studyWith(5, `  ${domains}`));
    expect(said).toContain(
      '6:11: stream.orders: expected at most 720 orders, found all 5040 orders of 7 domains',
    );
  });

  test('runs', () => {
    const many = Array.from({ length: 11 }, (_, i) => `  c${i}: { trace: keep }`).join('\n');
    const text = studyWith(7, `${many}\n  keep: { trace: keep }`).replace(
      'seeds: 3',
      'seeds: 10000',
    );
    expect(complaints(text)).toEqual([
      '20:8: seeds: expected at most 100000 runs (conditions x orders x seeds), found 130000 runs',
    ]);
  });

  test('conditions', () => {
    const many = Array.from({ length: 100 }, (_, i) => `  c${i}: { trace: keep }`).join('\n');
    const text = studyWith(7, `${many}\n  keep: { trace: keep }`);
    expect(complaints(text)).toEqual([
      '7:3: conditions: expected at most 100 conditions, found a mapping',
    ]);
  });
});

describe('hostile files', () => {
  const deep = 100_000;
  const bomb = ['a: &a [x, x]', 'b: &b [*a, *a, *a]', 'c: &c [*b, *b, *b]'].join('\n');
  const tooDeep = /expected at most 32 lists and mappings inside each other/;
  test.each([
    ['nothing', '', /^1:1: expected a mapping of version, .* found nothing$/],
    ['a word', 'sweep', /expected a mapping of version, .* found "sweep"$/],
    ['a list', '[]', /found an empty list$/],
    ['an alias bomb', bomb, /^1:4: expected plain YAML, found an anchor$/],
    ['an alias of itself', 'a: &a [*a]', /^1:4: expected plain YAML, found an anchor$/],
    ['a directive', `%YAML 1.1\n---\n${STUDY}`, /^1:1: expected plain YAML, found a directive$/],
    ['100,000 open lists', '['.repeat(deep), tooDeep],
    ['100,000 open mappings', '{'.repeat(deep), tooDeep],
    ['100,000 closed lists', `a: ${'['.repeat(deep)}${']'.repeat(deep)}`, tooDeep],
    ['100,000 dashes', '- '.repeat(deep), tooDeep],
    ['100,000 question marks', '? '.repeat(deep), /expected plain YAML, found a complex key/],
    ['600 indented mappings', indented(600), tooDeep],
    ['50 indented mappings', indented(50), tooDeep],
    ['20,000 fields', fields(20_000), /expected a mapping of at most 1000 fields, found 20000/],
    ['too long a file', `# ${'x'.repeat(LIMITS.textLength)}`, /expected a file of at most/],
    ['UTF-16', STUDY.split('').join('\0'), /^1:2: expected UTF-8 text, found the control char/],
  ])('%s', (_, text, says) => {
    const said = complaints(text);
    expect(said[0]).toMatch(says);
    expect(said.length).toBeLessThanOrEqual(LIMITS.problems);
  });
});
