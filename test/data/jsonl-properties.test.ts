import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCalls, parseCalls } from '../../contract/call-text.ts';
import type { Example, Json, ToolCall } from '../../contract/dialogue.ts';
import { DataError } from '../../data/errors.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { fileOf, JSONL } from './jsonl-fixture.ts';

const NAMES = ['find', 'book-it', 'a.b', '_x9'];
const TOOLS = NAMES.map((name) => ({ name, inputSchema: { type: 'object' } }));

const value = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.parse(JSON.stringify(one)) as Json);
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((one) => !/\p{Surrogate}/u.test(one));
const calls: fc.Arbitrary<ToolCall[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    arguments: fc.dictionary(fc.constantFrom('a', 'b_2', 'c-d'), value, { maxKeys: 3 }),
  }),
  { maxLength: 3 },
);
/** What the assistant says and calls, and the user's turn before it. */
const turns = fc.array(fc.record({ asks: text, says: text, calls }), {
  minLength: 1,
  maxLength: 4,
});
type Turn = { asks: string; says: string; calls: ToolCall[] };
const folder = fc.array(fc.array(turns, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});

function messagesOf(dialogue: readonly Turn[]): unknown[] {
  return dialogue.flatMap(({ asks, says, calls: made }, turn) => {
    const wire = made.map(({ name, arguments: given }, index) => ({
      id: `${turn}-${index}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(given) },
    }));
    return [
      { role: 'user', content: asks },
      { role: 'assistant', content: says, ...(wire.length > 0 && { tool_calls: wire }) },
      ...wire.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: id })),
    ];
  });
}

/** Dialogues say their place, so that no two are the same. */
function open(files: readonly (readonly Turn[])[][], spaced = false): Suite {
  return openSuite(
    JSONL,
    files.map((lines, file) =>
      fileOf(
        `d${file}.jsonl`,
        lines.map((dialogue, line) => {
          const place = { role: 'system', content: `${file} ${line}` };
          const content = { messages: [place, ...messagesOf(dialogue)], tools: TOOLS };
          return JSON.stringify(content).replaceAll(/(?<=^\{|,(?="tools":\[))/g, spaced ? ' ' : '');
        }),
      ),
    ),
  );
}

function allExamples(suite: Suite): Example[] {
  return suite.domains.flatMap((domain) => {
    const { train, heldOut } = suite.examples(domain, 0);
    return [...train, ...heldOut];
  });
}

test('every turn that calls is one example: its calls are the target, what came before the prompt', () => {
  fc.assert(
    fc.property(folder, (files) => {
      const byId = new Map(allExamples(open(files)).map((example) => [example.id, example]));
      let expected = 0;
      for (const [file, lines] of files.entries()) {
        for (const [line, dialogue] of lines.entries()) {
          const calling = dialogue.filter((turn) => turn.calls.length > 0);
          expected += calling.length;
          for (const [number, turn] of calling.entries()) {
            const example = byId.get(`d${file}/${line + 1}#${number}`);
            expect(example?.target).toEqual(turn.calls);
            expect(example?.messages.at(-1)).toEqual({ role: 'user', content: turn.asks });
            const users = example?.messages.filter(({ role }) => role === 'user');
            expect(users).toHaveLength(dialogue.indexOf(turn) + 1);
          }
        }
      }
      expect(byId.size).toBe(expected);
    }),
    { seed: 1, numRuns: propertyRuns(300) },
  );
});

test('targets are read back from their text, and answered calls stand in every later prompt', () => {
  fc.assert(
    fc.property(folder, (files) => {
      for (const { target, messages } of allExamples(open(files))) {
        expect(parseCalls(formatCalls(target)).calls).toEqual(target);
        const called = messages.flatMap((message) =>
          'tool_calls' in message ? (message.tool_calls ?? []).map(({ id }) => id) : [],
        );
        const answered = messages.flatMap((message) =>
          message.role === 'tool' ? [message.tool_call_id] : [],
        );
        expect(answered).toEqual(called);
        expect(new Set(called).size).toBe(called.length);
      }
    }),
    { seed: 2, numRuns: propertyRuns(300) },
  );
});

test('space in a line changes nothing', () => {
  fc.assert(
    fc.property(folder, (files) => {
      expect(open(files, true).digest).toBe(open(files).digest);
    }),
    { seed: 3, numRuns: propertyRuns(100) },
  );
});

/** What refused a file; undefined where it was read. */
function refusalOf(lines: readonly string[]): unknown {
  try {
    openSuite(JSONL, [fileOf('any.jsonl', lines)]);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('whatever stands in a file, it is read or refused with its name', () => {
  const cut = turns.map((dialogue) =>
    JSON.stringify({ messages: messagesOf(dialogue), tools: TOOLS }).slice(0, 200),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), fc.string(), cut), { maxLength: 3 }), (lines) => {
      const refusal = refusalOf(lines) ?? new DataError({ file: 'any.jsonl', expected: '' });
      expect(refusal).toBeInstanceOf(DataError);
      expect(refusal).toHaveProperty('message', expect.stringMatching(/^any\.jsonl/));
    }),
    { seed: 4, numRuns: propertyRuns(1000) },
  );
});
