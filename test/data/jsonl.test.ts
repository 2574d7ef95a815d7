import { describe, expect, test } from 'vitest';
import { openSuite } from '../../data/open-suite.ts';
import { assertSplit } from '../../data/split.ts';
import type { Suite } from '../../data/suite.ts';
import { fileOf, JSONL, lineOf, MESSAGES, TOOLS } from './jsonl-fixture.ts';

const names = ['Ann', 'Bob', 'Cid', 'Dee', 'Eve', 'Fay', 'Gus', 'Hal'];

const allExamples = (suite: Suite, domain: string) => {
  const { train, heldOut } = suite.examples(domain, 0);
  return [...train, ...heldOut].toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

const wire = (id: string, to: string, seats?: number) => ({
  id,
  type: 'function',
  function: { name: 'find_flight', arguments: JSON.stringify({ ...(seats && { seats }), to }) },
});

const toolOf = (tool: unknown) =>
  openSuite(JSONL, [fileOf('a.jsonl', [{ ...lineOf('Ann'), tools: [...TOOLS.slice(0, 1), tool] }])])
    .tools['book'];

describe('a line', () => {
  const suite = openSuite(JSONL, [fileOf('travel.jsonl', [{ messages: MESSAGES, tools: TOOLS }])]);
  const [first, second, ...others] = allExamples(suite, 'travel');

  test('becomes an example for every turn that calls, with everything before it', () => {
    expect(others).toEqual([]);
    expect(first?.target).toEqual([
      { name: 'find_flight', arguments: { to: 'Rome', seats: 2 } },
      { name: 'find_flight', arguments: { to: 'Oslo' } },
    ]);
    expect(first?.messages).toEqual(MESSAGES.slice(0, 2));
    expect(second?.target).toEqual([{ name: 'book', arguments: { flight: 3 } }]);
  });

  test('keeps words and calls apart, and numbers calls anew', () => {
    expect(second?.messages.slice(2)).toEqual([
      { role: 'assistant', content: 'One moment.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [wire('call00001', 'Rome', 2), wire('call00002', 'Oslo')],
      },
      { role: 'tool', tool_call_id: 'call00002', content: '{"flight":7}' },
      { role: 'tool', tool_call_id: 'call00001', content: '{"flight":3}' },
      { role: 'assistant', content: 'The one to Rome?' },
      { role: 'user', content: 'Yes.' },
    ]);
  });

  test('is named by its file and number, or by its id', () => {
    expect([first?.id, second?.id]).toEqual(['travel/1#0', 'travel/1#1']);
    expect(first?.dialogue).toBe('travel/1');
    const named = openSuite(JSONL, [fileOf('travel.jsonl', ['', lineOf('Ann', { id: 7 })])]);
    expect(allExamples(named, 'travel')[0]).toMatchObject({ id: 'travel/7#0', dialogue: '7' });
  });

  test('may write arguments as an object', () => {
    const plain = JSON.parse(
      JSON.stringify(MESSAGES).replaceAll(/"arguments":("(?:[^"\\]|\\.)*")/g, (_, text: string) => {
        return `"arguments":${JSON.parse(text) as string}`;
      }),
    ) as unknown;
    const other = openSuite(JSONL, [fileOf('travel.jsonl', [{ messages: plain, tools: TOOLS }])]);
    expect(other.digest).toBe(suite.digest);
  });
});

describe('tools', () => {
  test('of OpenAI, of MCP and bare say the same', () => {
    const parameters = { type: 'object', properties: { flight: { type: 'integer' } } };
    const inner = { name: 'book', description: 'Books.', parameters };
    const openAi = toolOf({ type: 'function', function: inner });
    expect(openAi).toEqual({ type: 'function', function: inner });
    expect(toolOf(inner)).toEqual(openAi);
    expect(toolOf({ name: 'book', description: 'Books.', inputSchema: parameters })).toEqual(
      openAi,
    );
  });

  test('may leave out what they do not need', () => {
    expect(toolOf({ name: 'book' })?.function).toEqual({
      name: 'book',
      description: '',
      parameters: { type: 'object', properties: {} },
    });
  });

  test('have one type where there is one beside null, and keep other keywords', () => {
    const properties = {
      a: { type: ['string', 'null'], format: 'date', default: null },
      b: { anyOf: [{ type: 'integer' }, { type: 'null' }], title: 'B' },
      c: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      d: { type: 'array', items: { type: ['null', 'number'] } },
    };
    const additionalProperties = false;
    const schema = { type: 'object', properties, additionalProperties };
    expect(toolOf({ name: 'book', inputSchema: schema })?.function.parameters).toEqual({
      type: 'object',
      additionalProperties,
      properties: {
        a: { type: 'string', format: 'date', default: null },
        b: { type: 'integer', title: 'B' },
        c: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        d: { type: 'array', items: { type: 'number' } },
      },
    });
  });

  test.each([
    ['a list', TOOLS],
    ['what MCP answers', { tools: TOOLS, nextCursor: 'x' }],
  ])('of tools.json are those of lines without any: %s', (_, content) => {
    const file = { name: 'tools.json', bytes: Buffer.from(JSON.stringify(content)) };
    const lines = names.map((name) => lineOf(name));
    const bare = lines.map(({ tools: __, ...line }) => line);
    const suite = openSuite(JSONL, [file, fileOf('travel.jsonl', bare)]);
    expect(suite.digest).toBe(openSuite(JSONL, [fileOf('travel.jsonl', lines)]).digest);
  });

  test('described in two ways are named as a warning, and their first way used', () => {
    const other = { name: 'book', description: 'Reserves.' };
    const lines = [lineOf('Ann'), lineOf('Bob', { tools: [TOOLS[0], other] })];
    const { census, tools } = openSuite(JSONL, [fileOf('travel.jsonl', lines)]);
    expect(census.warnings).toEqual([
      'Tools are described in several ways, and their first description is used: book.',
    ]);
    expect(tools['book']?.function.description).toBe('Books.');
  });
});

describe('a folder', () => {
  test('has a domain for every file, in their order', () => {
    const suite = openSuite(JSONL, [
      fileOf('banking.jsonl', [lineOf('Ann')]),
      fileOf('travel.jsonl', [lineOf('Bob'), lineOf('Cid')]),
    ]);
    expect(suite.domains).toEqual(['banking', 'travel']);
    expect(allExamples(suite, 'travel')).toHaveLength(4);
    expect(suite.census.domains['banking']).toEqual({
      examples: { total: 2, withTrace: 1, withoutTrace: 1 },
      dialogues: 1,
      tools: 2,
    });
  });

  test('has the domains that a field names', () => {
    const lines = [lineOf('Ann', { topic: 'money' }), lineOf('Bob', { topic: 'sky' })];
    const suite = openSuite({ ...JSONL, domainField: 'topic' }, [fileOf('all.jsonl', lines)]);
    expect(suite.domains).toEqual(['money', 'sky']);
  });

  test('may hold one dialogue in several files: it stays on one side', () => {
    const lines = names.map((name) => lineOf(name, { id: name }));
    const suite = openSuite(JSONL, [fileOf('a.jsonl', lines), fileOf('b.jsonl', lines)]);
    expect(suite.census).toMatchObject({ dialogues: 8, dialoguesAcrossDomains: 8 });
    for (const seed of [0, 1, 2, 3, 4]) expect(() => assertSplit(suite, seed)).not.toThrow();
  });

  test('keeps a dialogue that was written again as it grew on one side, also without an id', () => {
    const grown = names.map((name) => lineOf(name)['messages'] as unknown[]);
    const lines = grown.flatMap((messages) =>
      [3, messages.length].map((end) => ({ messages: messages.slice(0, end), tools: TOOLS })),
    );
    const suite = openSuite(JSONL, [fileOf('travel.jsonl', lines)]);
    expect(suite.census).toMatchObject({ duplicates: 8, examples: { total: 16 }, dialogues: 8 });
    for (const seed of [0, 1, 2, 3, 4]) expect(() => assertSplit(suite, seed)).not.toThrow();
    const named = lines.map((line, index) => ({ ...line, id: index }));
    const told = openSuite(JSONL, [fileOf('travel.jsonl', named)]);
    expect(told.census).toMatchObject({ duplicates: 8, dialogues: 16 });
  });

  test('leaves out what was said before, and counts it and dialogues without a call', () => {
    const silent = { messages: MESSAGES.slice(0, 2), tools: TOOLS };
    const lines = [lineOf('Ann'), lineOf('Bob'), lineOf('Ann'), silent];
    const { census } = openSuite(JSONL, [fileOf('travel.jsonl', lines)]);
    expect(census).toMatchObject({
      entries: { total: 6 },
      duplicates: 2,
      examples: { total: 4 },
      leftOut: { 'dialogues without a call': 1 },
    });
  });

  test('is split by a field, the same way for every seed', () => {
    const lines = names.map((name, index) =>
      lineOf(name, { side: index % 4 === 0 ? 'held-out' : 'train' }),
    );
    const suite = openSuite({ ...JSONL, splitField: 'side' }, [fileOf('travel.jsonl', lines)]);
    for (const seed of [0, 1, 7]) {
      expect(suite.variant(seed)).toBe(suite.variant(0));
      const { train, heldOut } = suite.examples('travel', seed);
      expect(heldOut.map(({ dialogue }) => dialogue).toSorted()).toEqual([
        'travel/1',
        'travel/1',
        'travel/5',
        'travel/5',
      ]);
      expect(train).toHaveLength(12);
    }
    expect(suite.replication).toEqual({
      seedsVary: 'the order of training examples',
      testTrainRatio: 0,
    });
  });
});
