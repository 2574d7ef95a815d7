import { expect, test } from 'vitest';
import type { Message } from '../../contract/dialogue.ts';
import { render } from '../../examples/latest-result.ts';
import { call, exampleOf } from '../data/examples.ts';

const CONTEXT = { side: 'train', seed: 1, domain: 'travel', random: () => 0 } as const;

test('the example of one’s own condition keeps the latest result and its call only', () => {
  const asked: Message = { role: 'user', content: 'Hi' };
  const latest: Message[] = [
    { role: 'assistant', content: null, tool_calls: [call('2', 'Get')] },
    { role: 'tool', tool_call_id: '2', content: 'two' },
  ];
  const messages: Message[] = [
    asked,
    { role: 'assistant', content: 'Looking.', tool_calls: [call('1', 'Get')] },
    { role: 'tool', tool_call_id: '1', content: 'one' },
    ...latest,
    { role: 'assistant', content: 'Found.' },
  ];
  expect(render(exampleOf(messages), CONTEXT)).toEqual([
    asked,
    { role: 'assistant', content: 'Looking.' },
    ...latest,
    { role: 'assistant', content: 'Found.' },
  ]);
});
