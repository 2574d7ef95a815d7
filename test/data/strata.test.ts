import { describe, expect, test } from 'vitest';
import { formatCalls } from '../../contract/call-text.ts';
import type { Example, Json, Message, ToolCall } from '../../contract/dialogue.ts';
import { answerMostFrequent, answerUntrained } from '../../data/baselines.ts';
import { renderTraces } from '../../data/traces/render-trace.ts';
import { openSuite } from '../../data/open-suite.ts';
import { isCopyable, stratifyExamples } from '../../data/strata.ts';
import { API_BANK } from './api-bank-fixture.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';

function user(content: string): Message {
  return { role: 'user', content };
}

/** An earlier call and its result. */
function traceOf(name: string, given: Record<string, Json>, result: string): Message[] {
  const call = { name, arguments: JSON.stringify(given) };
  return [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: call }],
    },
    { role: 'tool', tool_call_id: 'c1', content: result },
  ];
}

function exampleOf(messages: Message[], given: Record<string, Json>): Example {
  const target = [{ name: 'Book', arguments: given }];
  return { id: 'd#1', dialogue: 'd', messages, tools: ['GetUserToken', 'Find', 'Book'], target };
}

describe('a target can be copied', () => {
  test.each([
    { given: { city: 'New York' }, says: 'to New York, please', can: true },
    { given: { city: 'New York' }, says: 'to new york, please', can: false },
    { given: { people: ['Ann', 'Bob'] }, says: 'Bob and Ann', can: true },
    { given: { people: ['Ann', 'Bob'] }, says: 'Ann alone', can: false },
    { given: { nights: 3 }, says: 'for 3 nights', can: true },
    { given: { nights: 3 }, says: 'in 2034 or on 13/4', can: false },
    { given: { at: '10:00' }, says: 'at 10:00:00', can: true },
    { given: { city: 'York', note: '' }, says: 'York', can: true },
    { given: {}, says: 'anything', can: true },
  ])('$can: $given where the user says "$says"', ({ given, says, can }) => {
    const { target, messages } = exampleOf([user(says)], given);
    expect(isCopyable(target, messages)).toBe(can);
  });

  test('from an earlier call and from its result', () => {
    const { target, messages } = exampleOf(
      [user('Go'), ...traceOf('Find', { city: 'Rome' }, '{"room": "r-17"}')],
      { city: 'Rome', room: 'r-17' },
    );
    expect(isCopyable(target, messages)).toBe(true);
    expect(isCopyable(target, messages.slice(0, 2))).toBe(false);
  });
});

describe('strata of held-out examples', () => {
  const found = traceOf('Find', {}, 'room r-17');
  test.each([
    { stratum: 'identical', messages: [user('r-17')], given: { room: 'r-17' } },
    { stratum: 'both', messages: [user('r-17'), ...found], given: { room: 'r-17' } },
    { stratum: 'trace-only', messages: [user('the room'), ...found], given: { room: 'r-17' } },
    { stratum: 'neither', messages: [user('a room'), ...found], given: { room: 'r-18' } },
  ])('$stratum', ({ stratum, messages, given }) => {
    expect(stratifyExamples([exampleOf(messages, given)], [])[0]?.trace).toBe(stratum);
  });

  test('tell targets that stand in training from new ones and from new tools, whatever the order of arguments and calls', () => {
    const held = exampleOf([user('Go')], { a: 1, b: 'x' });
    const twin = exampleOf([user('Other words')], { b: 'x', a: 1 });
    const other = exampleOf([user('Go')], { a: 1, b: 'y' });
    const targetOf = (train: Example[]): string | undefined =>
      stratifyExamples([held], train)[0]?.target;
    expect(targetOf([twin])).toBe('seen');
    expect(targetOf([other])).toBe('novel');
    expect(targetOf([])).toBe('new-tool');
    const two = { ...held, target: [...held.target, ...other.target] };
    const turned = { ...held, target: [...other.target, ...held.target] };
    expect(stratifyExamples([two], [turned])[0]?.target).toBe('seen');
  });
});

describe('answers without a learner', () => {
  test('authenticate first, then take the first listed tool that was not called', () => {
    const fresh = exampleOf([user('Go')], {});
    expect(answerUntrained(fresh)).toBe('[GetUserToken()]');
    const messages = [user('Go'), ...traceOf('GetUserToken', {}, 't')];
    expect(answerUntrained({ ...fresh, messages })).toBe('[Find()]');
    expect(answerUntrained({ messages, tools: ['Find', 'Book'] })).toBe('[Find()]');
    expect(answerUntrained({ messages, tools: ['GetUserToken'] })).toBe('[GetUserToken()]');
    expect(answerUntrained({ messages, tools: [] })).toBe('');
  });

  test('repeat what training has most often, of several the first in canonical order', () => {
    const targets = [{ b: 2 }, { a: 1 }, { a: 1 }, { b: 2 }, { c: 3 }];
    const train = targets.map((given) => exampleOf([], given));
    expect(answerMostFrequent(train)).toEqual({ target: '[Book(a=1)]', names: '[Book()]' });
    const texts = [1, 2, 3].map(() => ({ target: [] }));
    expect(answerMostFrequent([...train, ...texts]).target).toBe('[Book(a=1)]');
    expect(answerMostFrequent([])).toEqual({ target: '', names: '' });
  });
});

function openApiBank(): Example[] {
  const suite = openSuite({ ...API_BANK, tools: 'dialogue' }, [readApiBank()]);
  const sides = suite.domains.map((domain) => suite.examples(domain, 0));
  return sides.flatMap(({ train, heldOut }) => [...train, ...heldOut]);
}

function hasNamesRight(example: Example): boolean {
  return answerUntrained(example) === formatCalls(example.target.map(withoutArguments));
}

function withoutArguments({ name }: ToolCall): ToolCall {
  return { name, arguments: {} };
}

describe.skipIf(apiBankMissing)(
  `on API-Bank, with the tools of the dialogue ${apiBankMissing ?? ''}`,
  () => {
    test('the rule gets 83 % of the names with the trace and 58 % without', () => {
      const examples = openApiBank();
      const share = (trace: 'keep' | 'strip'): number => {
        const right = renderTraces(examples, trace, 1).examples.filter(hasNamesRight);
        return Math.round((100 * right.length) / examples.length);
      };
      expect([share('keep'), share('strip')]).toEqual([83, 58]);
    });

    test('212 of 389 prompts are the same with and without the trace, and 41 targets stand only in it', () => {
      const strata = stratifyExamples(openApiBank(), []).map(({ trace }) => trace);
      const count = (name: string): number => strata.filter((stratum) => stratum === name).length;
      expect([strata.length, count('identical'), count('trace-only')]).toEqual([389, 212, 41]);
    });
  },
);
