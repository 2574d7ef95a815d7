import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearestWord } from '../../spec/nearest.ts';
import { parseSweep } from '../../spec/parse.ts';
import type { SpecProblem } from '../../spec/problems.ts';
import { formatProblem } from '../../spec/problems.ts';
import { sweepFile } from '../../spec/schema.ts';
import { STUDY, studyWith } from './study.ts';

function messages(text: string): string[] {
  const parsed = parseSweep(text, 'study.yaml');
  return 'errors' in parsed ? parsed.errors.map(formatProblem) : [];
}

describe('a message', () => {
  test('shows the line, the place in it and how to mend it', () => {
    expect(messages(studyWith(7, '  keep: { trace: keep, replay: 101 }'))).toEqual([
      [
        'study.yaml:7:32: conditions.keep.replay: expected a number above 0 and at most 100, found 101',
        '   7 |   keep: { trace: keep, replay: 101 }',
        '     |                                ^',
        "     = help: Adds examples of earlier domains to each block, drawn uniformly: this many times the block's own. TRACE uses 0.1.",
      ].join('\n'),
    ]);
  });

  test('says to quote what has to be text', () => {
    const [message] = messages(studyWith(11, 'tags: { year: 2026 }'));
    expect(message).toContain('= help: put it in quotes: "2026"');
  });

  test('shows a window of a long line', () => {
    const [message = ''] = messages(studyWith(11, `tags: { a: ${' '.repeat(5_000)}1 }`));
    const [, excerpt = '', caret = ''] = message.split('\n');
    expect(excerpt.length).toBeLessThan(120);
    expect(excerpt[caret.indexOf('^')]).toBe('1');
  });

  test('never passes control characters on to a terminal', () => {
    const said = messages(studyWith(11, '"\\e[31m": 1\n# \u001b[31m')).join('\n');
    expect(said).toContain('found the control character U+001B');
    const escaped = messages(studyWith(11, '"\\e[31m\\x9b": "\\e"')).join('\n');
    expect(escaped).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('counts columns after a byte order mark as editors do', () => {
    const [message = ''] = messages(`\ufeff${STUDY.replace('v1', 'v2')}`);
    expect(message).toMatch(/^study\.yaml:1:10: version:/);
  });

  test('points into files with Windows line ends', () => {
    const [message = ''] = messages(studyWith(9, 'seeds: none').replaceAll('\n', '\r\n'));
    expect(message.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^study\.yaml:9:8: seeds:/),
      '   9 | seeds: none',
      '     |        ^',
    ]);
  });
});

describe('the nearest word', () => {
  const words = ['conditions', 'compute', 'seeds', 'keep'];
  test.each([
    ['condtions', 'conditions'],
    ['Seeds', 'seeds'],
    ['kepe', 'keep'],
    ['zzz', undefined],
    ['', undefined],
    ['c'.repeat(10_000), undefined],
  ])('of %j is %j', (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest);
  });
});

/** What is wrong with the answer to a text; an exception fails the test as it is. */
function faultsOf(text: string): string[] {
  const parsed = parseSweep(text, 'study.yaml');
  if ('sweep' in parsed) return [];
  if (parsed.errors.length === 0) return ['refused without a reason'];
  const lines = text.split('\n').length;
  return parsed.errors.filter((problem) => !isWellPlaced(problem, lines)).map(formatProblem);
}

function isWellPlaced(problem: SpecProblem, lines: number): boolean {
  const { line, column } = problem;
  const says = formatProblem(problem);
  return line >= 1 && line <= lines && column >= 1 && /expected .+, found .+/.test(says);
}

function spoil(text: string, { at, cut, put }: { at: number; cut: number; put: string }): string {
  return text.slice(0, at) + put + text.slice(at + cut);
}

function expectAnswers(texts: fc.Arbitrary<string>, seed: number): void {
  const isAnswered = fc.property(texts, (text) => {
    expect(faultsOf(text)).toEqual([]);
  });
  fc.assert(isAnswered, { seed, numRuns: 400 });
}

describe('nothing makes it throw', () => {
  test('any text', () => {
    expect.hasAssertions();
    expectAnswers(fc.string({ unit: 'binary', maxLength: 200 }), 1);
  });

  test('any text of the characters that YAML gives a meaning', () => {
    expect.hasAssertions();
    const characters = fc.constantFrom(...'{}[]:,-?&*!|>\'"%@`#~<\\ \t\n\r0a._');
    expectAnswers(fc.string({ unit: characters, maxLength: 60 }), 2);
  });

  test('a right spec with pieces cut out, doubled or put in', () => {
    expect.hasAssertions();
    const full = `${STUDY}trainer: { kind: command, command: [a], identity: x }\ntags: { a: b }\n`;
    const words = fc.constantFrom('', '\n', ': ', '- ', '[', '{', '}', 'null', '.nan', '1');
    const put = fc.oneof(words, fc.string({ maxLength: 5 }));
    const edit = fc.record({ at: fc.nat(full.length), cut: fc.nat(30), put });
    const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
    expectAnswers(
      edits.map((all) => all.reduce(spoil, full)),
      3,
    );
  });

  test('any JSON in the place of any field', () => {
    expect.hasAssertions();
    const field = fc.constantFrom(...Object.keys(sweepFile.shape));
    const text = fc.tuple(field, fc.jsonValue({ maxDepth: 4 })).map(([name, value]) => {
      const rest = STUDY.replace(new RegExp(`^${name}:.*\\n( .*\\n)*`, 'm'), '');
      return `${rest}${name}: ${JSON.stringify(value)}\n`;
    });
    expectAnswers(text, 4);
  });
});
