import { expect, test } from 'vitest';
import { DataError } from '../../data/errors.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { SuiteSource } from '../../data/suite.ts';
import { API_BANK, dialogueEntries, type FixtureEntry, sourceOf } from './api-bank-fixture.ts';

const [first, second] = dialogueEntries('Ann');
const good = JSON.stringify([first, second], null, 1);
const changed = (change: Partial<Record<keyof FixtureEntry, unknown>>): string =>
  JSON.stringify([first, { ...second, ...change }]);
const without = (field: keyof FixtureEntry): string =>
  JSON.stringify([
    first,
    Object.fromEntries(Object.entries(second).filter(([key]) => key !== field)),
  ]);

/** Bad content, then parts of the message that a user needs. */
const cases: [name: string, content: string | Uint8Array, ...message: string[]][] = [
  ['an empty file', '', 'an empty file'],
  ['only white space', ' \n\n', 'an empty file'],
  ['no JSON', 'User: hello', 'line 1, column 1', 'a JSON value'],
  ['truncated JSON', good.slice(0, -40), 'a string that ends', 'cut short'],
  ['JSON cut between entries', good.slice(0, good.indexOf('\n },') + 4), 'the end of the text'],
  ['text after the JSON', `${good}]`, 'nothing more'],
  ['a trailing comma', `[${JSON.stringify(first)},]`, 'a JSON value', '"]"'],
  ['an object instead of an array', '{}', 'a JSON array of entries'],
  ['an empty array', '[]', 'a JSON array of entries'],
  ['an entry that is no object', '[3]', 'entry 1', 'a JSON object'],
  ['an entry that is null', `[${JSON.stringify(first)}, null]`, 'entry 2', 'a JSON object'],
  ['a missing field', without('input'), 'entry 2, field input', 'no such field'],
  ['a missing id', without('id'), 'entry 2, field id', 'a natural number'],
  ['a field of a wrong type', changed({ input: ['User: hi'] }), 'entry 2, field input'],
  ['an id that is a fraction', changed({ id: 1.5 }), 'entry 2, field id', '1.5'],
  ['an empty field', changed({ expected_output: '' }), 'expected_output', '0 characters'],
  ['a key given twice', good.replace('"id": 2', '"id": 2,\n  "id": 3'), 'every key once', '"id"'],
  ['an id given twice', changed({ id: 1 }), 'entry 2, field id', 'which entry 1 has'],
  ['Latin-1 text', Buffer.from(good.replace('Ann.', 'Ren\u00e9'), 'latin1'), 'UTF-8', '0xe9'],
  ['UTF-16 text', Buffer.from(`\ufeff${good}`, 'utf16le'), 'UTF-8', 'line 1, byte 1'],
  ['a byte sequence cut short', Buffer.from([0x5b, 0xe2, 0x82]), 'byte 2', 'UTF-8'],
  ['a control character in a string', good.replace('Meet', 'Me\u0007et'), 'control characters'],
  ['half a surrogate pair', good.replace('Meet', '\\ud83d'), 'valid escapes'],
  ['a line of 10 MB', changed({ input: `User: ${'x'.repeat(10e6)}` }), '10000006 characters'],
  ['a file of one 10 MB line', 'x'.repeat(10e6), 'line 1, column 1', 'a JSON value'],
  ['100,000 levels', '['.repeat(100_000), 'at most 64 levels'],
  [
    '100,000 levels in a field',
    changed({ input: 0 }).replace('"input":0', `"input":${'{"a":'.repeat(100_000)}`),
    'at most 64 levels',
  ],
  [
    'gold that does not parse',
    changed({ expected_output: "API-Request: [AddMeeting(token='x'" }),
    'entry 2, field expected_output',
    'a gold call',
    'does not parse',
  ],
  ['gold without a call', changed({ expected_output: 'Sorry, no.' }), 'entry 2', 'Sorry, no.'],
  [
    'gold of an unknown API',
    changed({ expected_output: '[FlyToMoon()]' }),
    'FlyToMoon',
    'level 1 or 2',
  ],
  [
    'gold of an API that is not described',
    changed({ expected_output: '[GetToday()]' }),
    'GetToday',
    'describes',
  ],
  [
    'an instruction without descriptions',
    changed({ instruction: 'Do it.' }),
    'entry 2, field instruction',
    'API descriptions:',
  ],
  [
    'a description that is no JSON',
    changed({ instruction: 'API descriptions:\n{name: 1}' }),
    'entry 2, field instruction, API description 1',
    'column 2',
  ],
  [
    'a description without parameters',
    changed({ instruction: 'API descriptions:\n{"name": "A", "description": "x"}' }),
    'API description 1',
    'input_parameters',
  ],
  [
    'a parameter of an unknown type',
    changed({ instruction: second.instruction.replace('list(str)', 'toString') }),
    'AddMeeting.attendees',
    '"toString"',
  ],
  [
    'an earlier call that does not parse',
    changed({ input: 'User: hi\nAPI-Request: [GetToday(]->x' }),
    'entry 2, field input',
    'earlier call',
  ],
  [
    'an earlier call without a result',
    changed({ input: 'User: hi\nAPI-Request: [GetToday()]' }),
    'entry 2, field input',
    '->result',
  ],
  [
    'a dialogue that opens with no turn',
    changed({ input: 'hi there\nUser: hi' }),
    'entry 2, field input',
    "'User:'",
  ],
];

/** The message of the `DataError`; any other error is thrown on. */
function refusalOf(source: SuiteSource): string {
  try {
    openSuite(API_BANK, [source]);
    return 'nothing was wrong';
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}

test.each(cases)('%s is explained in one message', (_, content, ...parts) => {
  const source =
    typeof content === 'string' ? sourceOf(content) : { name: 'level-1-api.json', bytes: content };
  const message = refusalOf(source);
  expect(message).toMatch(/^level-1-api\.json/);
  for (const part of parts) expect(message).toContain(part);
  expect(message.length).toBeLessThan(400);
  expect(message).not.toContain('\n');
});

test('a missing file is explained with the ways to name its folder', () => {
  expect(() => openSuite(API_BANK)).toThrow(
    /level-1-api\.json: expected the file to be there\. Set RATCHET_API_BANK or suite\.path/,
  );
});

test('a byte order mark does no harm', () => {
  const suite = openSuite(API_BANK, [sourceOf(`\ufeff${good}`)]);
  expect(suite.census.entries.total).toBe(2);
});
