import { expect, test } from 'vitest';
import { render } from '../../examples/strip-trace-lines.ts';
import { exampleOf } from '../data/examples.ts';

const CONTEXT = { side: 'train', seed: 1, domain: 'D1', random: () => 0 } as const;

test('condition A of the published study drops trace lines, and nothing else', () => {
  const content = [
    'User: Hi',
    "API-Request: [Get(a='1')]->one",
    'API-Response: one',
    'AI: Found.',
    'System: Received API Response of Get',
    'Generate API Request:',
  ].join('\n');
  const messages = exampleOf([
    { role: 'system', content: 'Generate API Request as text.' },
    { role: 'user', content },
  ]);
  expect(render(messages, CONTEXT)).toEqual([
    { role: 'system', content: 'Generate API Request as text.' },
    { role: 'user', content: 'User: Hi\nAI: Found.' },
  ]);
});
