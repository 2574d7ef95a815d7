import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCalls } from '../../../contract/call-text.ts';
import type { Example, Message } from '../../../contract/dialogue.ts';
import { countTokens } from '../../../contract/tokens.ts';
import { renderTraces } from '../../../data/traces/render-trace.ts';
import { TRACES } from '../../../spec/condition-schema.ts';
import type { Trace } from '../../../spec/sweep.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { anyExamples, answered, call, exampleOf } from '../examples.ts';

const render = (examples: Example[], trace: Trace, seed = 1): Example[] =>
  renderTraces(examples, trace, seed).examples;

const messagesOf = (example: Example, trace: Trace): Message[] =>
  render([example], trace)[0]?.messages ?? [];

const spoken: Message[] = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Hi' },
];

test('keep leaves an example as it is', () => {
  const example = answered('a', 'one');
  expect(render([example], 'keep')).toEqual([example]);
});

test('keep is the identity, whatever the dialogues', () => {
  fc.assert(
    fc.property(anyExamples, (examples) => {
      expect(render(examples, 'keep')).toEqual(examples);
    }),
    { seed: 1, numRuns: propertyRuns(1000) },
  );
});

test('strip takes out earlier calls and their results and nothing else', () => {
  expect(messagesOf(answered('a', 'one', 'Looking.'), 'strip')).toEqual([
    ...spoken,
    { role: 'assistant', content: 'Looking.' },
    { role: 'assistant', content: 'Found.' },
  ]);
});

const countTrace = ({ messages }: Example): number =>
  messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    const parsed = calls.map(({ function: { name, arguments: args } }) => ({
      name,
      arguments: JSON.parse(args) as Record<string, never>,
    }));
    const text = parsed.length > 0 ? formatCalls(parsed) : '';
    return sum + countTokens(message.content ?? '') + countTokens(text);
  }, 0);

describe('filler', () => {
  test('is as long as the trace, and says nothing of it', () => {
    const example = answered('a', "{'token': 'n9m8k7', 'rooms': 12}", 'Looking.');
    const [filled] = render([example], 'filler');
    expect(filled && countTrace(filled)).toBe(countTrace(example));
    expect(JSON.stringify(filled?.messages)).not.toMatch(/n9m8k7|token|Get|Ann/);
    expect(filled?.messages[2]).toEqual({ role: 'assistant', content: 'Looking.' });
  });

  test('is as long as the trace, whatever the trace', () => {
    fc.assert(
      fc.property(anyExamples, (examples) => {
        const filled = render(examples, 'filler');
        expect(filled.map(countTrace)).toEqual(examples.map(countTrace));
      }),
      { seed: 1, numRuns: propertyRuns(1000) },
    );
  });
});

const results = (examples: Example[]): string[] =>
  examples.flatMap(({ messages }) =>
    messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])),
  );

const withoutResults = (examples: Example[]): unknown =>
  examples.map(({ messages }) => messages.filter(({ role }) => role !== 'tool'));

describe('shuffle', () => {
  const side = ['a', 'b', 'c', 'd'].map((dialogue) => answered(dialogue, `of ${dialogue}`));

  test('puts a different result of another dialogue in the place of each, and leaves calls alone', () => {
    const shuffled = render(side, 'shuffle');
    const before = results(side);
    for (const [index, result] of results(shuffled).entries()) {
      expect(before).toContain(result);
      expect(result).not.toBe(before[index]);
    }
    expect(withoutResults(shuffled)).toEqual(withoutResults(side));
  });

  test('is the same for the same seed, and another for others', () => {
    expect(render(side, 'shuffle')).toEqual(render(side, 'shuffle'));
    const drawn = [1, 2, 3, 4, 5].map((seed) => results(render(side, 'shuffle', seed)).join());
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  test('replaces a result of one dialogue alike in all its prompts', () => {
    const [first] = side;
    const later = { ...answered('a', 'of a'), id: 'a#2' };
    const [one, ...others] = results(render([...side, later], 'shuffle'));
    expect(first?.dialogue).toBe('a');
    expect(others.at(-1)).toBe(one);
  });

  test('draws from results of the same tool only', () => {
    const other = exampleOf(
      [
        { role: 'assistant', content: null, tool_calls: [call('1', 'Add')] },
        { role: 'tool', tool_call_id: '1', content: 'of another tool' },
      ],
      'e',
    );
    const [own, another] = side;
    if (!own || !another) throw new Error('two dialogues are needed');
    expect(results(render([own, another, other], 'shuffle'))).toEqual([
      'of b',
      'of a',
      'of another tool',
    ]);
  });

  test('keeps and counts what no other dialogue can replace', () => {
    const alike = ['a', 'b'].map((dialogue) => answered(dialogue, 'the same'));
    expect(renderTraces(alike, 'shuffle', 1)).toEqual({ examples: alike, unshuffled: 2 });
    expect(renderTraces(side, 'shuffle', 1).unshuffled).toBe(0);
  });
});

const said = (messages: Message[]): (string | null)[] =>
  messages.flatMap((message) => (message.role === 'user' ? [message.content] : []));

describe.each(TRACES)('%s, whatever the dialogues', (trace) => {
  test('never changes its input, what is to be predicted, the tools, or what people said', () => {
    fc.assert(
      fc.property(anyExamples, (examples) => {
        const before = structuredClone(examples);
        const rendered = render(examples, trace);
        expect(examples).toEqual(before);
        for (const [index, example] of rendered.entries()) {
          expect({ ...example, messages: [] }).toEqual({ ...before[index], messages: [] });
          expect(said(example.messages)).toEqual(said(before[index]?.messages ?? []));
        }
      }),
      { seed: 1, numRuns: propertyRuns(1000) },
    );
  });
});

test.each(['strip', 'filler'] as const)('%s leaves no call and no result', (trace) => {
  fc.assert(
    fc.property(anyExamples, (examples) => {
      const rendered = render(examples, trace);
      const messages = rendered.flatMap((example) => example.messages);
      expect(messages.filter((one) => one.role === 'tool' || 'tool_calls' in one)).toEqual([]);
      expect(render(rendered, trace)).toEqual(rendered);
    }),
    { seed: 1, numRuns: propertyRuns(1000) },
  );
});
