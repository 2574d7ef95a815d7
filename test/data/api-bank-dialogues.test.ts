import { describe, expect, test } from 'vitest';
import { DataError } from '../../data/errors.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite, SuiteSource } from '../../data/suite.ts';
import { apiBankSuite } from '../../spec/file-suites.ts';
import { apiBankMissing, readApiBank, readApiBankDialogues } from './api-bank-source.ts';
import { API_BANK, dialogueEntries, sourceOf } from './api-bank-fixture.ts';

const DIALOGUES = apiBankSuite.parse({ kind: 'api-bank', source: 'dialogues', tools: 'dialogue' });
const NAME = 'dialogues/level-1/AddMeeting-GetUserToken-level-2-1.jsonl';

const apiTurn = (api: string, given: unknown, output: unknown, exception: unknown = null) => ({
  role: 'API',
  api_name: api,
  param_dict: given,
  result: { api_name: api, input: given, output, exception },
});
const TURNS = [
  { role: 'User', text: 'Meet Ann at ten.' },
  { role: 'AI', text: 'One moment.' },
  apiTurn('GetUserToken', { username: 'Ann' }, { token: 'x' }),
  { role: 'AI', text: 'Known.' },
  apiTurn('AddMeeting', { token: 'x', attendees: "['Ann']" }, 'success'),
  { role: 'AI', text: 'Done.' },
];

const dialogueOf = (turns: readonly unknown[]): SuiteSource => ({
  name: NAME,
  bytes: Buffer.from(turns.map((turn) => JSON.stringify(turn)).join('\n')),
});
const open = (turns: readonly unknown[], settings = DIALOGUES): Suite =>
  openSuite(settings, [sourceOf(dialogueEntries('Ann')), dialogueOf(turns)]);
const allExamples = (suite: Suite) =>
  suite.domains.flatMap((domain) => {
    const { train, heldOut } = suite.examples(domain, 0);
    return [...train, ...heldOut];
  });

/** What is said before each call, without the results. */
const told = (of: Suite | undefined) =>
  (of ? allExamples(of) : [])
    .map(({ dialogue, messages, target }) => {
      const said = messages.filter(({ role }) => role !== 'tool').map(({ content }) => content);
      return JSON.stringify([dialogue, said, target]);
    })
    .toSorted();

test('every API turn is one example with the full history', () => {
  const [first, second, ...others] = allExamples(open(TURNS));
  expect(others).toEqual([]);
  const dialogue = 'AddMeeting-GetUserToken-level-2-1';
  expect(first).toMatchObject({
    id: `${dialogue}#3`,
    dialogue,
    tools: ['GetUserToken', 'AddMeeting'],
    target: [{ name: 'GetUserToken', arguments: { username: 'Ann' } }],
  });
  expect(first?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant']);
  expect(second?.messages.slice(3)).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call00001',
          type: 'function',
          function: { name: 'GetUserToken', arguments: '{"username":"Ann"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call00001', content: '{"token":"x"}' },
    { role: 'assistant', content: 'Known.' },
  ]);
});

test('a call that failed answers why, and a dialogue without calls is counted', () => {
  const failed = [
    ...TURNS.slice(0, 2),
    apiTurn('GetUserToken', {}, null, 'no such user'),
    ...TURNS.slice(3),
  ];
  const [, second] = allExamples(open(failed));
  expect(second?.messages[4]).toMatchObject({ role: 'tool', content: 'no such user' });
  const silent = open(TURNS.slice(0, 2));
  expect(silent.census.leftOut).toEqual({ 'dialogues without a call': 1 });
});

test.each([
  ['a turn of nobody', [{ role: 'Bot', text: 'x' }], 'line 1, field role', "role 'User' or 'AI'"],
  ['a turn without text', [{ role: 'User' }], 'line 1, field text', 'with text'],
  [
    'a call without a result',
    [{ ...apiTurn('GetUserToken', {}, ''), result: undefined }],
    'line 1, field result',
    'api_name, param_dict, result',
  ],
  [
    'a call of an API that nothing describes',
    [apiTurn('GetToday', {}, '')],
    'line 1, field api_name',
    '"GetToday"',
  ],
])('%s is explained in one message', (_, turns, place, part) => {
  expect(() => open(turns)).toThrow(DataError);
  expect(() => open(turns)).toThrow(`${NAME}, ${place}: expected`);
  expect(() => open(turns)).toThrow(part);
});

describe.skipIf(apiBankMissing)(`the published dialogues ${apiBankMissing ?? ''}`, () => {
  const suite = apiBankMissing ? undefined : openSuite(DIALOGUES, readApiBankDialogues());

  test('are 389 calls of 49 APIs', () => {
    const apis = new Set(suite && allExamples(suite).map(({ target }) => target[0]?.name));
    expect(apis.size).toBe(49);
    expect(suite?.census).toMatchObject({
      entries: { total: 389, withTrace: 177, withoutTrace: 212 },
      duplicates: 0,
      leftOut: { 'dialogues without a call': 2 },
      dialogues: 212,
      dialoguesAcrossDomains: 60,
    });
  });

  test('call what the level-1 file calls, with the same words before it', () => {
    expect(told(suite)).toEqual(told(openSuite(API_BANK, [readApiBank()])));
  });
});
