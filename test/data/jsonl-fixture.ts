import type { SuiteSource } from '../../data/suite.ts';
import { jsonlSuite } from '../../spec/file-suites.ts';

/** A folder of one's own as a spec names it that says nothing more. */
export const JSONL = jsonlSuite.parse({ kind: 'jsonl', path: 'data' });

export const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'find_flight',
      description: 'Finds flights.',
      parameters: {
        type: 'object',
        properties: { to: { type: 'string' }, seats: { type: 'integer' } },
        required: ['to'],
      },
    },
  },
  { name: 'book', description: 'Books.', inputSchema: { type: 'object', properties: {} } },
];

export function call(id: string, name: string, given: unknown): unknown {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } };
}

/** Two turns that call, the first with words and two calls. */
export const MESSAGES = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'To Rome and to Oslo, please.' },
  {
    role: 'assistant',
    content: 'One moment.',
    tool_calls: [
      call('a', 'find_flight', { to: 'Rome', seats: 2 }),
      call('b', 'find_flight', { to: 'Oslo' }),
    ],
  },
  { role: 'tool', tool_call_id: 'b', content: '{"flight":7}' },
  { role: 'tool', tool_call_id: 'a', content: '{"flight":3}' },
  { role: 'assistant', content: 'The one to Rome?' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Yes' },
      { type: 'text', text: '.' },
    ],
  },
  { role: 'assistant', content: null, tool_calls: [call('c', 'book', { flight: 3 })] },
];

export interface FixtureLine {
  [field: string]: unknown;
}

/** A line, said by somebody, so that no two are the same. */
export function lineOf(name: string, fields: FixtureLine = {}): FixtureLine {
  const greeting = { role: 'user', content: `I am ${name}.` };
  return { messages: [greeting, ...MESSAGES.slice(1)], tools: TOOLS, ...fields };
}

export function fileOf(name: string, lines: readonly unknown[]): SuiteSource {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  return { name, bytes: Buffer.from(`${text.join('\n')}\n`) };
}
