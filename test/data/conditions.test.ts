import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Example, Message } from '../../contract/dialogue.ts';
import { renderExample } from '../../data/conditions.ts';
import { toFineTuningLine } from '../../data/fine-tuning.ts';

const call = (
  id: string,
  name: string,
): NonNullable<Extract<Message, { role: 'assistant' }>['tool_calls']>[number] => ({
  id,
  type: 'function',
  function: { name, arguments: '{}' },
});

const exampleOf = (messages: Message[]): Example => ({
  id: 'd#1',
  dialogue: 'd',
  messages,
  tools: ['Add', 'Get'],
  target: [
    { name: 'Add', arguments: { b: 1, a: 'x' } },
    { name: 'Get', arguments: {} },
  ],
});

const example = exampleOf([
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Looking.', tool_calls: [call('1', 'Get'), call('2', 'Get')] },
  { role: 'tool', tool_call_id: '1', content: 'one' },
  { role: 'tool', tool_call_id: '2', content: 'two' },
  { role: 'assistant', content: null, tool_calls: [call('3', 'Get')] },
  { role: 'tool', tool_call_id: '3', content: 'three' },
  { role: 'assistant', content: 'Found.' },
]);

test('keep leaves an example as it is', () => {
  expect(renderExample(example, { trace: 'keep' })).toEqual(example);
});

test('strip takes out earlier calls and their results and nothing else', () => {
  expect(renderExample(example, { trace: 'strip' })).toEqual({
    ...example,
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Looking.' },
      { role: 'assistant', content: 'Found.' },
    ],
  });
});

const words = fc.string();
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'user' as const), content: words }),
  fc.record({ role: fc.constant('assistant' as const), content: words }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.option(words),
    tool_calls: fc.array(
      words.map((id) => call(id, 'Get')),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({ role: fc.constant('tool' as const), tool_call_id: words, content: words }),
);

const said = (list: Message[]): (string | null)[] =>
  list.filter((each) => each.role !== 'tool' && each.content).map((each) => each.content);

test('whatever the dialogue, strip keeps every word said, leaves no call, and is the same twice', () => {
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const before = structuredClone(messages);
      const stripped = renderExample(exampleOf(messages), { trace: 'strip' });
      expect(messages).toEqual(before);
      expect(stripped.messages.some((each) => each.role === 'tool' || 'tool_calls' in each)).toBe(
        false,
      );
      expect(said(stripped.messages)).toEqual(said(messages));
      expect(renderExample(stripped, { trace: 'strip' })).toEqual(stripped);
    }),
    { seed: 1, numRuns: 500 },
  );
});

const tool = (name: string) => ({
  type: 'function' as const,
  function: { name, description: '', parameters: { type: 'object' as const, properties: {} } },
});

test('a fine-tuning line ends with the calls to learn and carries the tools', () => {
  const line = toFineTuningLine(example, {
    Get: tool('Get'),
    Add: tool('Add'),
    Other: tool('Other'),
  });
  expect(line.messages.slice(0, -1)).toEqual(example.messages);
  expect(line.messages.at(-1)).toEqual({
    role: 'assistant',
    content: null,
    tool_calls: [
      {
        id: 'target001',
        type: 'function',
        function: { name: 'Add', arguments: '{"a":"x","b":1}' },
      },
      { id: 'target002', type: 'function', function: { name: 'Get', arguments: '{}' } },
    ],
  });
  expect(line.tools.map((each) => each.function.name)).toEqual(['Add', 'Get']);
});

test('a fine-tuning line of an unknown tool is refused', () => {
  expect(() => toFineTuningLine(example, { Add: tool('Add') })).toThrow("unknown tool 'Get'");
});
