import { expect, test } from 'vitest';
import type { Segment } from '../../learner/prompt.ts';
import { readSource } from '../../learner/source.ts';
import { Symbols } from '../../learner/symbols.ts';

const segment = (role: Segment['role'], text: string): Segment => ({ role, text, tools: [] });

const read = (...segments: Segment[]) => {
  const symbols = new Symbols();
  const source = readSource(segments, symbols);
  const textAt = (position: number): string => symbols.text(source.bare[position] ?? 0);
  const positions = Array.from({ length: source.length }, (_, position) => position);
  const find = (text: string): number => positions.find((at) => textAt(at) === text) ?? -1;
  return { source, positions, textAt, find };
};

test('values know the key before them, in JSON, in Python and in prose', () => {
  for (const text of [
    '{"user_id": "J46801", "day": 3}',
    "[Look(user_id='J46801', day=3)]",
    'My user_id: J46801, day: 3',
  ]) {
    const { source, find } = read(segment('user', text));
    expect(source.keys).toEqual(['user_id', 'day']);
    const value = find('J46801');
    expect(source.keys[source.key[value] ?? -1]).toBe('user_id');
    expect(source.keyStart[value]).toBe(1);
    expect(source.keys[source.key[find('3')] ?? -1]).toBe('day');
  }
});

test('a time of day is no key', () => {
  expect(read(segment('user', 'at 10:30')).source.keys).toEqual([]);
});

test('records of a result are ranked by when the user names one of their values', () => {
  const result =
    '{"books":[{"id":1,"title":"Tin Soldiers"},{"id":2,"title":"Copper Sky"},{"id":3}]}';
  const { source, find } = read(
    segment('result', result),
    segment('user', 'Send copper sky and Tin Soldiers.'),
  );
  const rankAt = (text: string): number | undefined => {
    return source.records[source.record[find(text)] ?? -1]?.rank;
  };
  expect([rankAt('Copper'), rankAt('Tin'), rankAt('3')]).toEqual([0, 1, -1]);
});

test('a value named only as a part of a longer word is not named', () => {
  const { source } = read(segment('result', '{"name":"Ann"}'), segment('user', 'Ask Anna.'));
  expect(source.records.map((record) => record.rank)).toEqual([-1]);
});

test('days and times stand once more as tools may write them, at the place that says them', () => {
  const { source, positions, textAt, find } = read(
    segment('system', 'The current year is 2023.'),
    segment('user', 'Wake me on March 5th at 7am'),
  );
  const restated = source.segments.filter((other) => other.role === 'restated');
  const textOf = ({ start, end }: { start: number; end: number }): string => {
    return positions.slice(start, end).map(textAt).join('');
  };
  expect(restated.map(textOf)).toContain('2023-03-05');
  expect(restated.map(textOf)).toContain('07:00:00');
  expect(source.origin[restated[0]?.start ?? -1]).toBe(find('March'));
});
