import { expect, test } from 'vitest';
import { toFineTuningLine } from '../../data/fine-tuning.ts';
import { call, exampleOf, toolOf } from './examples.ts';

const example = exampleOf([
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, tool_calls: [call('1', 'Get')] },
  { role: 'tool', tool_call_id: '1', content: 'one' },
]);

test('a fine-tuning line ends with the calls to learn and carries the tools', () => {
  const tools = { Get: toolOf('Get'), Add: toolOf('Add'), Other: toolOf('Other') };
  const line = toFineTuningLine(example, tools);
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
  expect(() => toFineTuningLine(example, { Add: toolOf('Add') })).toThrow("unknown tool 'Get'");
});
