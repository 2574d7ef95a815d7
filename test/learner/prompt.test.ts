import { expect, test } from 'vitest';
import type { Message } from '../../contract/dialogue.ts';
import { renderPrompt } from '../../learner/prompt.ts';
import { TOOLS } from './toy.ts';

/** Token counts: system 2; turns 3, 2 and a call of 10 and 1, 2 and 4; the listing of the tool 9. */
const messages: Message[] = [
  { role: 'system', content: 'Be brief' },
  { role: 'user', content: 'one two three' },
  {
    role: 'assistant',
    content: 'four five',
    tool_calls: [
      { id: 'c1', type: 'function', function: { name: 'FindTrips', arguments: '{"city":"Oslo"}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'c1', content: 'six' },
  { role: 'assistant', content: 'seven eight' },
  { role: 'user', content: 'nine ten eleven twelve' },
];
const CALL_TOKENS = 10;
const LISTING_TOKENS = 9;
const FIXED = 2 + LISTING_TOKENS;
const TURNS = [3, 2 + CALL_TOKENS + 1, 2, 4];
const ALL = FIXED + TURNS.reduce((sum, tokens) => sum + tokens, 0);

const render = (maxTokens: number) => {
  const prompt = { id: 'p', dialogue: 'd', messages, tools: ['FindTrips'] };
  const { segments, ...sizes } = renderPrompt(prompt, TOOLS, maxTokens);
  return { texts: segments.map((segment) => segment.text), ...sizes };
};

test('a prompt that fits is whole, its calls in the format that is to be predicted', () => {
  const { texts, tokens, turnsLost, fits } = render(ALL);
  expect(texts).toEqual([
    'Be brief',
    'one two three',
    'four five',
    "[FindTrips(city='Oslo')]",
    'six',
    'seven eight',
    'nine ten eleven twelve',
  ]);
  expect({ tokens, turnsLost, fits }).toEqual({ tokens: ALL, turnsLost: 0, fits: true });
});

test('the oldest turn goes first, the system message stays', () => {
  const { texts, tokens, turnsLost, fits } = render(ALL - 1);
  expect(texts.slice(0, 2)).toEqual(['Be brief', 'four five']);
  expect({ tokens, turnsLost, fits }).toEqual({ tokens: ALL - 3, turnsLost: 1, fits: true });
});

test('a call and its result are cut together', () => {
  const { texts, turnsLost } = render(ALL - 4);
  expect(texts).toEqual(['Be brief', 'seven eight', 'nine ten eleven twelve']);
  expect(turnsLost).toBe(2);
});

test('the last turn alone still fits', () => {
  const { texts, tokens, turnsLost, fits } = render(FIXED + 4);
  expect(texts).toEqual(['Be brief', 'nine ten eleven twelve']);
  expect({ tokens, turnsLost, fits }).toEqual({ tokens: FIXED + 4, turnsLost: 3, fits: true });
});

test('a last turn too long by itself loses its start, never its end, and does not fit', () => {
  const { texts, tokens, turnsLost, fits } = render(FIXED + 3);
  expect(texts).toEqual(['Be brief', ' ten eleven twelve']);
  expect({ tokens, turnsLost, fits }).toEqual({ tokens: FIXED + 3, turnsLost: 3, fits: false });
});

test('a limit below the fixed part leaves the fixed part', () => {
  const { texts, tokens, fits } = render(1);
  expect({ texts, tokens, fits }).toEqual({ texts: ['Be brief'], tokens: FIXED, fits: false });
});

test('without turns there is nothing to cut', () => {
  const prompt = { id: 'p', dialogue: 'd', messages: messages.slice(0, 1), tools: [] };
  expect(renderPrompt(prompt, TOOLS, 100)).toMatchObject({ tokens: 2, turnsLost: 0, fits: true });
});

test('a tool that the tools file lacks is a mistake of the data', () => {
  const prompt = { id: 'p7', dialogue: 'd', messages, tools: ['Nothing'] };
  expect(() => renderPrompt(prompt, TOOLS, 100)).toThrow(/p7 lists the tool 'Nothing'/);
});
