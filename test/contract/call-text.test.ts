import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCalls, parseCalls } from '../../contract/call-text.ts';
import type { Json, ToolCall } from '../../contract/dialogue.ts';

const one = (text: string): Record<string, Json> | undefined =>
  parseCalls(text).calls[0]?.arguments;

test('reads a call after its marker and says where it ends', () => {
  const text = 'Sure. API-Request: [GetToday()]->2023-03-31';
  const parsed = parseCalls(text);
  expect(parsed.calls).toEqual([{ name: 'GetToday', arguments: {} }]);
  expect(text.slice(parsed.end)).toBe('->2023-03-31');
});

test('reads several calls in one list', () => {
  expect(parseCalls("[A(x='1'), B(y=2, z='3')]").calls).toEqual([
    { name: 'A', arguments: { x: '1' } },
    { name: 'B', arguments: { y: 2, z: '3' } },
  ]);
});

test('skips brackets that hold no call', () => {
  expect(parseCalls('as [1] says, [] then [ A ( x = 1 ) ]').calls).toEqual([
    { name: 'A', arguments: { x: 1 } },
  ]);
});

test.each([
  ["[A(x='Dr. O'Brien', y='it's', z='')]", { x: "Dr. O'Brien", y: "it's", z: '' }],
  ['[A(x="say \'hi\'", y=\'say "hi"\')]', { x: "say 'hi'", y: 'say "hi"' }],
  ["[A(x='it\\'s', y='a\\\\b\\nc\\qd\\u00e9\\x41')]", { x: "it's", y: 'a\\b\nc\\qdéA' }],
  ["[A(people='['Ann', 'Bob']', n='2')]", { people: "['Ann', 'Bob']", n: '2' }],
  ["[A(d='[{'name': 'weight', 'value': '80'}]')]", { d: "[{'name': 'weight', 'value': '80'}]" }],
  ["[A(f='(5+6)*3')]", { f: '(5+6)*3' }],
  [
    "[A(people=['Ann', \"Bob's\", 'it's'], t=(1, 2), e=[], u=(3,))]",
    { people: ['Ann', "Bob's", "it's"], t: [1, 2], e: [], u: [3] },
  ],
  ["[A(d={'a': [1, {'b': None}], \"c\": {}})]", { d: { a: [1, { b: null }], c: {} } }],
  ['[A(i=-3, f=2.50, e=1e3, g=+7)]', { i: -3, f: 2.5, e: 1000, g: 7 }],
  ['[A(a=True, b=false, c=None, d=null,)]', { a: true, b: false, c: null, d: null }],
  ["[A(x='a, y = b)', z='1')]", { x: 'a, y = b)', z: '1' }],
])('reads the values of %s', (text, expected) => {
  expect(parseCalls(text).error).toBeUndefined();
  expect(one(text)).toEqual(expected);
});

test('keeps quoted numbers strings', () => {
  expect(one("[A(n='2', m=2)]")).toEqual({ n: '2', m: 2 });
});

test('replaces half a surrogate pair, which no JSON text can hold', () => {
  expect(one("[A(x='\\ud83d\\ude00 \\ud83d', y='\ude00')]")).toEqual({
    x: '😀 \ufffd',
    y: '\ufffd',
  });
});

test('takes bare words as strings only when lenient', () => {
  const text = '[A(city=New York, at=2034-01-01 10:00:00, n=007, list=[a b, 2])]';
  expect(parseCalls(text)).toMatchObject({ calls: [], error: expect.stringContaining('a value') });
  expect(parseCalls(text, { lenient: true }).calls[0]?.arguments).toEqual({
    city: 'New York',
    at: '2034-01-01 10:00:00',
    n: '007',
    list: ['a b', 2],
  });
});

test.each([
  ['', 'no call like'],
  ['[]', 'no call like'],
  ["A(x='1')", 'no call like'],
  ["[A(x='1'", 'a string that ends'],
  ["[A(x='1')", 'a string that ends'],
  ['[A(x=1)', "expected ']'"],
  ['[A(x=1, x=2)]', 'only once'],
  ["[A('1')]", 'the name of an argument'],
  ['[A(x)]', "expected '='"],
  ['[A(x=)]', 'a value'],
  ['[A(x=1e999)]', 'a finite number'],
  ['[A(x={1: 2})]', 'a quoted key'],
  ['[A(x=1) B()]', "expected ']'"],
  [`[A(x=${'['.repeat(100_000)})]`, 'levels of nesting'],
])('explains why %.40s is no call', (text, reason) => {
  const parsed = parseCalls(text);
  expect(parsed.calls).toEqual([]);
  expect(parsed.error).toContain(reason);
});

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
const text = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', ',', ' ', ')', ']', '}', '=', ':', 'n', 'x', '\n'),
  }),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const call: fc.Arbitrary<ToolCall> = fc.record(
  { name, arguments: fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }) },
  { noNullPrototype: true },
);

/** About five seconds each. */
const THOROUGHLY = { seed: 1, numRuns: 100_000 };
const MINUTES = 240_000;

test(
  'reads back whatever it wrote',
  () => {
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (calls, lenient) => {
          const written = formatCalls(calls);
          const { end, ...read } = parseCalls(written, { lenient });
          expect(read).toEqual({ calls });
          expect(end).toBe(written.length);
        },
      ),
      THOROUGHLY,
    );
  },
  MINUTES,
);

test('reads what it wrote out of any text around it', () => {
  const around = fc.string({ unit: fc.constantFrom(...' .,:;()abc\n\'"') });
  fc.assert(
    fc.property(around, call, around, (before, written, after) => {
      const { calls } = parseCalls(`${before}${formatCalls([written])}${after}`);
      expect(calls).toEqual([written]);
    }),
    { seed: 1, numRuns: 10_000 },
  );
});

test(
  'never throws, whatever a model writes',
  () => {
    const noise = fc.string({ unit: fc.constantFrom(...'[](){}\'"=,:\\ A1-.n') });
    const anything = fc.oneof(
      noise.map((rest) => `[A(${rest}`),
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.array(call, { minLength: 1 }), fc.nat(), noise).map(([calls, at, cut]) => {
        const written = formatCalls(calls);
        const place = at % written.length;
        return `${written.slice(0, place)}${cut}${written.slice(place + cut.length)}`;
      }),
    );
    fc.assert(
      fc.property(anything, fc.boolean(), (written, lenient) => {
        const parsed = parseCalls(written, { lenient });
        expect(parsed.calls.length === 0).toBe(parsed.error !== undefined);
      }),
      THOROUGHLY,
    );
  },
  MINUTES,
);

test.each([
  ['open quotes', "[A(x='"],
  ['quotes before spaces', "'    "],
  ['half a lookahead', "', a "],
  ['bare words', ', aaaa )  '],
  ['brackets', '[A'],
])('comes to an end on %s without end', (_, unit) => {
  const hostile = `[A(x='${unit.repeat(200_000)}`;
  expect(parseCalls(hostile).calls).toEqual([]);
  expect(parseCalls(hostile.replaceAll("'", ''), { lenient: true }).error).toBeDefined();
});
