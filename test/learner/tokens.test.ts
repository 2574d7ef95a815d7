import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { tokenize } from '../../contract/tokens.ts';
import { bareOf, wordsOf } from '../../learner/tokens.ts';

test('joining the tokens of any text gives it back', () => {
  assert(
    property(string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      expect(tokenize(text).join('')).toBe(text);
    }),
  );
});

test('a token carries the one space before it', () => {
  expect(tokenize('Dr. Lee  left')).toEqual(['Dr', '.', ' Lee', ' ', ' left']);
  expect(bareOf(' Lee')).toBe('Lee');
});

test('identifiers stay whole, short numbers, ordinals and clock times come apart', () => {
  expect(tokenize('n9m8k7 J46801 90123456')).toEqual(['n9m8k7', ' J46801', ' 90123456']);
  expect(tokenize('March 25th, 3pm')).toEqual(['March', ' 2', '5', 'th', ',', ' 3', 'pm']);
  expect(tokenize('123456kg')).toEqual([...'123456', 'kg']);
  expect(tokenize('2023-03-05')).toEqual([...'2023-03-05']);
});

test('words come out of camel case and underscores', () => {
  expect(wordsOf('QueryHealthData user_id')).toEqual(['query', 'health', 'data', 'user', 'id']);
});
