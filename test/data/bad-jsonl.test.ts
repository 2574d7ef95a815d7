import { expect, test } from 'vitest';
import { DataError } from '../../data/errors.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { SuiteSource } from '../../data/suite.ts';
import { call, fileOf, type FixtureLine, JSONL, lineOf, MESSAGES, TOOLS } from './jsonl-fixture.ts';

/** The second of two lines, spoiled. */
const spoiled = (fields: FixtureLine): SuiteSource[] => [
  fileOf('travel.jsonl', [lineOf('Ann'), lineOf('Bob', fields)]),
];
const withMessages = (...messages: unknown[]): SuiteSource[] =>
  spoiled({ messages: [{ role: 'user', content: 'Hi.' }, ...messages] });
const calling = (...calls: unknown[]): unknown => ({
  role: 'assistant',
  content: null,
  tool_calls: calls,
});
const withTool = (tool: unknown): SuiteSource[] => spoiled({ tools: [TOOLS[0], tool] });
const text = (content: string | Uint8Array, name = 'travel.jsonl'): SuiteSource[] => [
  { name, bytes: Buffer.from(content) },
];
const good = JSON.stringify(lineOf('Ann'));

/** Bad files, then the beginning of the message and other parts that a user needs. */
const cases: [name: string, sources: SuiteSource[], ...message: string[]][] = [
  ['no JSON', text(`${good}\nhello`), 'travel.jsonl, line 2, column 1: expected a JSON value'],
  ['a line cut short', text(`${good}\n${good.slice(0, -9)}`), 'travel.jsonl, line 2, column'],
  ['a list', text('[]'), 'travel.jsonl, line 1: expected a JSON object with messages, found []'],
  ['a JSON array over lines', text('[\n{}\n]'), 'travel.jsonl, line 1, column 2'],
  [
    'Latin-1',
    text(Buffer.from(`${good}caf\u00e9`, 'latin1')),
    'travel.jsonl, line 1, byte',
    '0xe9',
  ],
  [
    'a line of 10 MB',
    text(`${good}\n"${'x'.repeat(10e6)}"`),
    'travel.jsonl, line 2: expected a line of at most 2000000 characters',
  ],
  [
    '100,000 levels',
    text('['.repeat(100_000)),
    'travel.jsonl, line 1, column',
    'at most 64 levels',
  ],
  [
    'an endless number',
    text('{"id":1e999}'),
    'travel.jsonl, line 1, column 7: expected a finite number',
  ],
  ['a key given twice', text('{"id":1,"id":2}'), 'travel.jsonl, line 1', 'every key once'],
  [
    'no messages',
    spoiled({ messages: undefined }),
    'travel.jsonl, line 2, field messages: expected a list of messages, found no such field',
  ],
  [
    'an empty dialogue',
    spoiled({ messages: [] }),
    'travel.jsonl, line 2, field messages: expected at least one message, found []',
  ],
  [
    'a dialogue that is a text',
    spoiled({ messages: 'hi' }),
    'travel.jsonl, line 2, field messages: expected a list of messages, found "hi"',
  ],
  [
    'an id that is a list',
    spoiled({ id: [1] }),
    'travel.jsonl, line 2, field id: expected the name or number of a dialogue',
  ],
  [
    'a message without a role',
    withMessages({ content: 'x' }),
    'travel.jsonl, line 2, field messages[1]',
    'of role system, developer, user, assistant or tool',
  ],
  [
    'a message of an old role',
    withMessages({ role: 'function', content: 'x' }),
    'travel.jsonl, line 2, field messages[1]',
    'of role system',
  ],
  [
    'a user who says nothing',
    withMessages({ role: 'user' }),
    'travel.jsonl, line 2, field messages[1].content: expected a text',
    'no such field',
  ],
  [
    'a picture',
    withMessages({ role: 'user', content: [{ type: 'image_url' }] }),
    'travel.jsonl, line 2, field messages[1].content',
    'parts of type text',
  ],
  [
    'calls that are no list',
    withMessages({ role: 'assistant', tool_calls: {} }),
    'travel.jsonl, line 2, field messages[1].tool_calls: expected a list of calls',
  ],
  [
    'a call without an id',
    withMessages(calling({ function: { name: 'book', arguments: '{}' } })),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].id: expected the id of the call',
  ],
  [
    'a call of a name with a space',
    withMessages(calling(call('a', 'book it', {}))),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].function.name: expected a name of letters',
  ],
  [
    'arguments that are no JSON',
    withMessages(calling({ id: 'a', function: { name: 'book', arguments: '{x}' } })),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].function.arguments, line 1, column 2',
  ],
  [
    'arguments that are a list',
    withMessages(calling(call('a', 'book', [1]))),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].function.arguments: expected a JSON object, found [1]',
  ],
  [
    'an argument that no call can name',
    withMessages(calling(call('a', 'book', { 'a b': 1 }))),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].function.arguments',
    '"a b"',
  ],
  [
    'two calls of one id',
    withMessages(calling(call('a', 'book', {}), call('a', 'book', {}))),
    'travel.jsonl, line 2, field messages[1].tool_calls[1].id: expected an id of its own, found "a"',
  ],
  [
    'a call of a tool that nothing describes',
    withMessages(calling(call('a', 'find_flights', {}))),
    'travel.jsonl, line 2, field messages[1].tool_calls[0].function.name: expected a tool that is described, found "find_flights". Did you mean "find_flight".',
  ],
  [
    'an answer to no call',
    withMessages({ role: 'tool', tool_call_id: 'z', content: '' }),
    'travel.jsonl, line 2, field messages[1].tool_call_id',
    'waits for its answer, found "z"',
  ],
  [
    'a call without an answer',
    withMessages(calling(call('a', 'book', {})), { role: 'user', content: 'x' }),
    'travel.jsonl, line 2, field messages[2]: expected a tool message that answers "a"',
  ],
  [
    'a dialogue that opens with a call',
    spoiled({ messages: MESSAGES.slice(2) }),
    'travel.jsonl, line 2, field messages[0]: expected a message before a call',
  ],
  [
    'no tools',
    spoiled({ tools: undefined }),
    'travel.jsonl, line 2, field tools: expected tools, found none. List them in every line, or once in tools.json.',
  ],
  [
    'tools that are a mapping',
    spoiled({ tools: {} }),
    'travel.jsonl, line 2, field tools: expected a list of tools',
  ],
  [
    'a tool that is a text',
    withTool('book'),
    'travel.jsonl, line 2, field tools[1]: expected a tool',
    'MCP',
  ],
  [
    'a tool without a name',
    withTool({ description: 'x' }),
    'travel.jsonl, line 2, field tools[1].name: expected a name of letters',
  ],
  [
    'a tool of another type',
    withTool({ type: 'web_search' }),
    'travel.jsonl, line 2, field tools[1].type: expected "function", found "web_search"',
  ],
  [
    'a schema that is a text',
    withTool({ name: 'book', inputSchema: 'x' }),
    'travel.jsonl, line 2, field tools[1].inputSchema: expected a JSON Schema, found "x"',
  ],
  [
    'a property that is a text',
    withTool({ name: 'book', inputSchema: { properties: { a: 'string' } } }),
    'travel.jsonl, line 2, field tools[1].inputSchema.properties.a: expected a JSON Schema, found "string"',
  ],
  [
    'a type that is a number',
    withTool({ name: 'book', inputSchema: { properties: { a: { type: 1 } } } }),
    'travel.jsonl, line 2, field tools[1].inputSchema.properties.a.type: expected a type',
  ],
  [
    'a tools file that is no JSON',
    [...text('nope', 'tools.json'), ...text(good)],
    'tools.json, line 1, column 1: expected a JSON value',
  ],
  [
    'a tools file of another kind',
    [...text('{"tool":[]}', 'tools.json'), ...text(good)],
    'tools.json: expected a list of tools, or a mapping with them as tools',
  ],
  [
    'a file name that is no domain',
    text(good, 'my travel.jsonl'),
    'my travel.jsonl: expected a file named after its domain',
    'suite.domainField',
  ],
];

/** The message of the `DataError`; any other error is thrown on. */
function refusalOf(sources: readonly SuiteSource[], settings = JSONL): string {
  try {
    openSuite(settings, sources);
    return 'nothing was wrong';
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

test.each(cases)('%s is explained in one message', (_, sources, start, ...parts) => {
  const message = refusalOf(sources);
  expect(message.slice(0, start.length)).toBe(start);
  for (const part of parts) expect(message).toContain(part);
  expect(message.length).toBeLessThan(400);
  expect(message).not.toContain('\n');
});

test.each([
  ['missing', {}, 'no such field'],
  ['a path', { topic: '../x' }, '"../x"'],
  ['an object key', { topic: 'constructor' }, '"constructor"'],
  ['a number', { topic: 7 }, '7'],
])('a domain in a field that is %s', (_, fields, found) => {
  const sources = [fileOf('all.jsonl', [lineOf('Ann', fields)])];
  expect(refusalOf(sources, { ...JSONL, domainField: 'topic' })).toBe(
    `all.jsonl, line 1, field topic: expected a name of at most 40 letters, digits, _ and -, found ${found}.`,
  );
});

test('a side that is neither train nor held-out', () => {
  const sources = [fileOf('a.jsonl', [lineOf('Ann', { side: 'test' })])];
  expect(refusalOf(sources, { ...JSONL, splitField: 'side' })).toBe(
    'a.jsonl, line 1, field side: expected "train" or "held-out", found "test".',
  );
});

test('a dialogue that a field puts on both sides would leak', () => {
  const sources = [
    fileOf('a.jsonl', [lineOf('Ann', { id: 'x', side: 'train' })]),
    fileOf('b.jsonl', [lineOf('Bob'), lineOf('Cid', { id: 'x', side: 'held-out' })].slice(1)),
  ];
  expect(refusalOf(sources, { ...JSONL, splitField: 'side' })).toBe(
    'b.jsonl, line 1: expected dialogue "x" on the side of a.jsonl, line 1, found "held-out". Parts of one dialogue on both sides would leak.',
  );
});

test('a line that stands on both sides would leak too', () => {
  const lines = ['train', 'held-out'].map((side) => lineOf('Ann', { side }));
  expect(refusalOf([fileOf('a.jsonl', lines)], { ...JSONL, splitField: 'side' })).toMatch(
    /^a\.jsonl, line 2: expected dialogue "a\/1" on the side of a\.jsonl, line 1, found "held-out"/,
  );
});

test('scenarios that nobody names cannot be split by', () => {
  const split = { ...JSONL.split, unit: 'scenario' as const };
  const sources = [fileOf('a.jsonl', [lineOf('Ann', { scenario: 's' }), lineOf('Bob')])];
  expect(() => openSuite({ ...JSONL, split }, sources)).toThrow(
    'suite.split.unit: expected dialogues that name their scenario, found no field "scenario" in a.jsonl, line 2',
  );
});
