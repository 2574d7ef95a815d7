import * as fc from 'fast-check';
import type { Example, Message, MessageToolCall, Tool } from '../../contract/dialogue.ts';

export function call(id: string, name: string, args = '{}'): MessageToolCall {
  return { id, type: 'function', function: { name, arguments: args } };
}

/** An example with two calls to predict, which no rendering may touch. */
export function exampleOf(messages: Message[], dialogue = 'd'): Example {
  return {
    id: `${dialogue}#1`,
    dialogue,
    messages,
    tools: ['Add', 'Get'],
    target: [
      { name: 'Add', arguments: { b: 1, a: 'x' } },
      { name: 'Get', arguments: {} },
    ],
  };
}

export function toolOf(name: string): Tool {
  const parameters = { type: 'object' as const, properties: {} };
  return { type: 'function', function: { name, description: '', parameters } };
}

/** A dialogue in which `Get` was called once and answered. */
export function answered(dialogue: string, result: string, said: string | null = null): Example {
  return exampleOf(
    [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: said, tool_calls: [call('1', 'Get', '{"of":"Ann"}')] },
      { role: 'tool', tool_call_id: '1', content: result },
      { role: 'assistant', content: 'Found.' },
    ],
    dialogue,
  );
}

const words = fc.string();
const value = fc.oneof(words, fc.integer(), fc.boolean(), fc.array(words, { maxLength: 2 }));

/** Any message, also ones that no dialogue would hold. */
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'user' as const), content: words }),
  fc.record({ role: fc.constant('assistant' as const), content: words }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.option(words),
    tool_calls: fc.array(
      fc
        .tuple(words, fc.constantFrom('Get', 'Add'), fc.dictionary(words, value, { maxKeys: 3 }))
        .map(([id, name, args]) => call(id, name, JSON.stringify(args))),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({ role: fc.constant('tool' as const), tool_call_id: words, content: words }),
);

export const anyExamples: fc.Arbitrary<Example[]> = fc.array(
  fc
    .tuple(fc.array(message, { maxLength: 6 }), fc.constantFrom('a', 'b', 'c'))
    .map(([messages, dialogue]) => exampleOf(messages, dialogue)),
  { maxLength: 4 },
);
