import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCalls } from '../../contract/call-text.ts';
import type { Json, ToolCall } from '../../contract/dialogue.ts';
import { OUTCOMES } from '../../contract/scores.ts';
import { scoreCell, scorePrediction } from '../../metrics/verdicts.ts';

const BOOK: ToolCall = { name: 'BookRoom', arguments: { city: 'New York', nights: 3 } };

interface BfclCase {
  gold: ToolCall[];
  predicted: ToolCall[];
  valid: boolean;
}

interface PythonRow {
  id: string;
  gold: ToolCall[];
  text: string;
  outcome: string;
  paper: boolean;
}

interface PythonCounts {
  outcomes: Record<string, number>;
  names: number;
  paper: number;
}

function readLines<T>(name: string): T[] {
  const text = readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

function call(argument: Json, name = 'Call'): ToolCall {
  return { name, arguments: { value: argument } };
}

function rightUnder(gold: ToolCall[], text: string): string[] {
  const { right } = scorePrediction(gold, text);
  return Object.entries(right).flatMap(([convention, isRight]) => (isRight ? [convention] : []));
}

describe('a prediction that repeats the gold calls', () => {
  test.each([
    { gold: [BOOK] },
    { gold: [BOOK, { name: 'Cancel', arguments: { id: 'a-1' } }] },
    { gold: [{ name: 'Now', arguments: {} }] },
    { gold: [call(["it's", 'a "quote"'])] },
    { gold: [call({ nested: [1, true, null] })] },
  ])('is right under every convention: $gold', ({ gold }) => {
    expect(scorePrediction(gold, formatCalls(gold))).toEqual({
      right: { exact: true, 'paper-1': true, bfcl: true },
      nameRight: true,
      outcome: 'exact',
    });
  });

  test('may stand in other text, with its arguments in another order', () => {
    const text = "Sure! [BookRoom(nights=3, city='New York')] Anything else?";
    expect(rightUnder([BOOK], text)).toEqual(['exact', 'paper-1', 'bfcl']);
  });
});

describe('the conventions differ where they should', () => {
  test.each([
    {
      case: 'another case of a value',
      gold: 'New York',
      text: "[Call(value='new york')]",
      right: ['paper-1', 'bfcl'],
    },
    { case: 'another case of the name', gold: 'a', text: "[call(value='a')]", right: ['paper-1'] },
    {
      case: 'blanks around a value',
      gold: 'a',
      text: "[Call(value=' a ')]",
      right: ['paper-1', 'bfcl'],
    },
    {
      case: 'blanks and punctuation in a value',
      gold: '2026-01-02',
      text: "[Call(value='2026/01 02')]",
      right: ['bfcl'],
    },
    { case: 'double quotes', gold: 'a', text: '[Call(value="a")]', right: ['exact', 'bfcl'] },
    { case: 'a number for a string', gold: '3', text: '[Call(value=3)]', right: [] },
    {
      case: 'another number, which the strict parser does not see',
      gold: 3,
      text: '[Call(value=4)]',
      right: ['paper-1'],
    },
    {
      case: 'a float that is the same number',
      gold: 3,
      text: '[Call(value=3.0)]',
      right: ['exact', 'paper-1', 'bfcl'],
    },
    { case: 'a number for a truth value', gold: true, text: '[Call(value=1)]', right: ['paper-1'] },
    {
      case: 'a list in another order',
      gold: ['a', 'b'],
      text: "[Call(value=['b', 'a'])]",
      right: ['paper-1'],
    },
    {
      case: 'a list of other case',
      gold: ['A'],
      text: "[Call(value=['a'])]",
      right: ['paper-1', 'bfcl'],
    },
    { case: 'an argument too many', gold: 'a', text: "[Call(value='a', more='b')]", right: [] },
    { case: 'an argument too few', gold: 'a', text: '[Call()]', right: [] },
  ])('$case', ({ gold, text, right }) => {
    expect(rightUnder([call(gold)], text)).toEqual(right);
  });
});

describe('several calls in one turn', () => {
  test('are free in order, but each must be there as often', () => {
    const [a, b] = [call('a'), call('b')];
    expect(rightUnder([a, b], "[Call(value='b'), Call(value='a')]")).toContain('exact');
    expect(rightUnder([a, b], "[Call(value='b'), Call(value='a')]")).toContain('bfcl');
    expect(rightUnder([a, a], "[Call(value='a'), Call(value='b')]")).toEqual([]);
    expect(rightUnder([a, b], "[Call(value='a')]")).toEqual([]);
  });
});

test("bfcl agrees with the leaderboard's own checker, as it was recorded", () => {
  const [, ...cases] = readLines<BfclCase>('bfcl.jsonl');
  const disagreements = cases.filter(
    ({ gold, predicted, valid }) =>
      scorePrediction(gold, formatCalls(predicted)).right.bfcl !== valid,
  );
  expect(cases).toHaveLength(120);
  expect(disagreements).toEqual([]);
});

describe('predictions that Python read and counted', () => {
  const [counts, ...rows] = readLines<PythonRow>('predictions.jsonl');
  const scored = rows.map((row) => ({ ...row, ours: scorePrediction(row.gold, row.text) }));
  const { outcomes, names, paper } = counts as unknown as PythonCounts;

  test('get the same outcome one by one, and the same under the strict parser', () => {
    expect(scored).toHaveLength(300);
    expect(scored.filter((row) => row.ours.outcome !== row.outcome)).toEqual([]);
    expect(scored.filter((row) => row.ours.right['paper-1'] !== row.paper)).toEqual([]);
  });

  test('add up to the same counts in a cell', () => {
    const gold = rows.map(({ id, gold: target }) => ({ id, dialogue: id, target }));
    const { examples } = scoreCell(gold, rows);
    const count = (holds: (example: (typeof examples)[number]) => boolean): number =>
      examples.filter(holds).length;
    expect(count(({ right }) => right.exact)).toBe(outcomes['exact']);
    expect(count(({ nameRight }) => nameRight)).toBe(names);
    expect(count(({ right }) => right['paper-1'])).toBe(paper);
    for (const kind of OUTCOMES)
      expect(count(({ outcome }) => outcome === kind)).toBe(outcomes[kind]);
  });
});

interface GeneratedRow {
  gold: ToolCall[];
  text: string;
  exact: boolean;
  paper: boolean;
  nameRight: boolean;
  outcome: string;
}

test('texts that a model generated get the verdicts that trainer/tests comes to as well', () => {
  const rows = readLines<GeneratedRow>('generated.jsonl');
  const ours = rows.map(({ gold, text }) => {
    const { right, nameRight, outcome } = scorePrediction(gold, text);
    return { gold, text, exact: right.exact, paper: right['paper-1'], nameRight, outcome };
  });
  expect(rows.length).toBeGreaterThan(150);
  expect(ours).toEqual(rows);
});

describe("the paper's strict parser", () => {
  test('reads the first bracketed call only', () => {
    expect(rightUnder([call('a')], "[Call(value='a')] [Call(value='b')]")).toContain('paper-1');
    expect(rightUnder([call('a')], "[Call(value='b')] [Call(value='a')]")).not.toContain('paper-1');
  });

  test('comes to an end on hostile text of any shape', () => {
    for (const text of [
      '[A('.repeat(200_000),
      `[A(${'a'.repeat(500_000)})]`,
      `[A(${') '.repeat(300_000)}`,
    ])
      expect(rightUnder([call('a')], text)).not.toContain('paper-1');
  });
});

describe('the outcome is the first that holds', () => {
  test.each([
    { text: "[BookRoom(city='New York', nights=3)]", outcome: 'exact', nameRight: true },
    { text: "[BookRoom(city='New York', nights=4)]", outcome: 'some-arguments', nameRight: true },
    { text: "[BookRoom(city='Boston')]", outcome: 'wrong-arguments', nameRight: true },
    { text: "[BookFlight(city='New York', nights=3)]", outcome: 'wrong-name', nameRight: false },
    {
      text: "[BookRoom(city='New York', nights=3), Pay()]",
      outcome: 'wrong-name',
      nameRight: false,
    },
    { text: 'Let me see', outcome: 'malformed', nameRight: false },
    { text: "[BookRoom(city='New York'", outcome: 'malformed', nameRight: false },
    { text: '', outcome: 'malformed', nameRight: false },
  ])('$outcome: $text', ({ text, outcome, nameRight }) => {
    expect(scorePrediction([BOOK], text)).toMatchObject({ outcome, nameRight });
  });

  test('an argument counts only within its own call', () => {
    const gold = [call('a', 'First'), call('b', 'Second')];
    const swapped = "[First(value='b'), Second(value='a')]";
    expect(scorePrediction(gold, swapped).outcome).toBe('wrong-arguments');
  });
});

function answer(id: string): { id: string; text: string } {
  return { id, text: formatCalls([BOOK]) };
}

describe('scoring a cell', () => {
  const gold = ['one', 'two'].map((id) => ({ id, dialogue: `of ${id}`, target: [BOOK] }));

  test('keeps the order of the gold, whatever the order of the predictions', () => {
    const { examples } = scoreCell(gold, [answer('two'), answer('one')]);
    expect(examples.map(({ id, dialogue }) => [id, dialogue])).toEqual([
      ['one', 'of one'],
      ['two', 'of two'],
    ]);
  });

  test('counts an example without a prediction as malformed', () => {
    const { examples } = scoreCell(gold, [answer('two')]);
    expect(examples.map(({ outcome }) => outcome)).toEqual(['malformed', 'exact']);
  });

  test('refuses a prediction that nobody asked for, and a second one', () => {
    const bug = { causeName: 'trainer-bug' };
    expect(() => scoreCell(gold, [answer('three')])).toThrow(/three.*not asked/);
    expect(() => scoreCell(gold, [answer('one'), answer('one')])).toThrow(/one twice/);
    expect(() => scoreCell(gold, [answer('three')])).toThrow(expect.objectContaining(bug));
  });
});

describe('whatever a trainer writes', () => {
  test('is scored without an error', () => {
    const fragment = fc.constantFrom(
      '[',
      ']',
      'Call(',
      ')',
      "'",
      '"',
      'value=',
      ',',
      '\\ud800',
      '\\',
      '\ud800',
      '😀',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fragment).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (prediction) => {
        expect(scorePrediction([BOOK], prediction).right.exact).toBe(false);
      }),
    );
  });

  test.each([
    "[Call(value='\\ud800')]",
    "[Call(__proto__='a', constructor='b')]",
    "[Call(value={'__proto__': 1})]",
  ])('holds no surprise: %s', (text) => {
    expect(scorePrediction([call('a')], text).outcome).toBe('wrong-arguments');
  });
});
