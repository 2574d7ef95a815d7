import { expect, test } from 'vitest';
import { formatCalls, parseCalls } from '../../contract/call-text.ts';
import { DOMAIN_APIS, DOMAINS } from '../../data/api-bank/domains.ts';
import { readLevelOneEntries } from '../../data/api-bank/entries.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { API_BANK, dialogueEntries, sourceOf } from './api-bank-fixture.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';

/** The classes in `apis/` of API-Bank's repository. */
const LEVEL_1_AND_2_APIS = `
  AddAgenda AddAlarm AddMeeting AddReminder AddScene AppointmentRegistration
  BookHotel Calculator CancelRegistration CancelTimedSwitch CheckToken DeleteAccount
  DeleteAgenda DeleteAlarm DeleteMeeting DeleteReminder DeleteScene Dictionary
  DocumentQA EmergencyKnowledge ForgotPassword GetToday GetUserToken ImageCaption
  ModifyAgenda ModifyAlarm ModifyMeeting ModifyPassword ModifyRegistration ModifyReminder
  ModifyScene OpenBankAccount PlayMusic QueryAgenda QueryAlarm QueryBalance
  QueryHealthData QueryHistoryToday QueryMeeting QueryRegistration QueryReminder QueryScene
  QueryStock RecordHealthData RegisterUser SearchEngine SendEmail SpeechRecognition
  SymptomSearch TimedSwitch ToolSearcher Translate Wiki`
  .trim()
  .split(/\s+/);

const openFixture = (tools: 'domain' | 'dialogue' = 'domain'): Suite =>
  openSuite({ ...API_BANK, tools }, [
    sourceOf(['Ann', 'Bob', 'Cid', 'Dee', 'Eve'].flatMap(dialogueEntries)),
  ]);

const digest = (content: unknown, tools: 'domain' | 'dialogue' = 'domain'): string =>
  openSuite({ ...API_BANK, tools }, [sourceOf(content)]).digest;

const allExamples = (suite: Suite, domain: string) => {
  const { train, heldOut } = suite.examples(domain, 0);
  return [...train, ...heldOut];
};

test('every API of levels 1 and 2 lies in exactly one domain', () => {
  const mapped = DOMAINS.flatMap((domain) => DOMAIN_APIS[domain]);
  expect(mapped.toSorted()).toEqual(LEVEL_1_AND_2_APIS);
});

test('turns become chat messages, earlier calls tool calls with their results', () => {
  const example = allExamples(openFixture(), 'schedule').find((item) => item.id === 'Ann#2');
  expect(example?.messages.slice(1)).toEqual([
    { role: 'user', content: 'Meet Ann at ten.' },
    { role: 'assistant', content: 'Who are you?' },
    { role: 'user', content: 'Ann, secret x.' },
    { role: 'assistant', content: 'One moment.' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call00001',
          type: 'function',
          function: { name: 'GetUserToken', arguments: '{"password":"x","username":"Ann"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call00001', content: "{'token': 't-Ann'}" },
    { role: 'assistant', content: 'Known.' },
  ]);
});

test('the system message states the format of a call and the year', () => {
  const [system] = allExamples(openFixture(), 'account')[0]?.messages ?? [];
  expect(system?.role).toBe('system');
  expect(system?.content).toContain("[ApiName(param1='value1', param2='value2')]");
  expect(system?.content).toContain('2023');
});

test('gold values stay the strings that they are written as', () => {
  const example = allExamples(openFixture(), 'schedule').find((item) => item.id === 'Ann#2');
  expect(example?.target).toEqual([
    { name: 'AddMeeting', arguments: { token: 't-Ann', attendees: "['Ann', 'Bob']", rooms: '1' } },
  ]);
});

test('a value of several lines stays in one message', () => {
  const [first, second] = dialogueEntries('Ann');
  const input =
    "User: two\nlines\n\nand three\nAI: Yes.\nAPI-Request: [GetUserToken(username='a\nb')]->x\ny\n";
  const suite = openSuite(API_BANK, [sourceOf([first, { ...second, input }])]);
  const [, user, , call, result] = allExamples(suite, 'schedule')[0]?.messages ?? [];
  expect(user?.content).toBe('two\nlines\n\nand three');
  expect(call).toMatchObject({ tool_calls: [{ function: { arguments: '{"username":"a\\nb"}' } }] });
  expect(result?.content).toBe('x\ny');
});

test('descriptions become JSON Schemas', () => {
  expect(openFixture().tools['AddMeeting']?.function.parameters).toEqual({
    type: 'object',
    properties: {
      token: { type: 'string', description: 'The token.' },
      attendees: { type: 'array', items: { type: 'string' }, description: 'Who comes.' },
      rooms: { type: 'integer', description: 'How many.' },
      open: { type: 'boolean', description: 'To all.' },
      notes: { type: 'array', description: 'Any.' },
      cost: { type: 'number', description: 'In all.' },
    },
  });
});

test("a prompt lists the domain's described tools, or its dialogue's own", () => {
  expect(allExamples(openFixture('domain'), 'schedule')[0]?.tools).toEqual(['AddMeeting']);
  const own = allExamples(openFixture('dialogue'), 'schedule')[0]?.tools;
  expect(own).toEqual(['GetUserToken', 'AddMeeting']);
});

test('exact duplicates are left out and counted, the first one stays', () => {
  const [first, second] = dialogueEntries('Ann');
  const suite = openSuite(API_BANK, [sourceOf([first, { ...first, id: 7 }, second])]);
  expect(suite.census).toMatchObject({ entries: { total: 3 }, duplicates: 1, dialogues: 1 });
  expect(allExamples(suite, 'account').map((example) => example.id)).toEqual(['Ann#1']);
});

test('an API described in two ways is named, and its first way used', () => {
  const [first, second] = dialogueEntries('Ann');
  const instruction = second.instruction.replace('Get a token.', 'Fetch a token.');
  const suite = openSuite(API_BANK, [sourceOf([first, { ...second, instruction }])]);
  expect(suite.census.toolsWithSeveralDescriptions).toEqual(['GetUserToken']);
  expect(suite.tools['GetUserToken']?.function.description).toBe('Get a token.');
});

test('the digest changes with the data and the setting, not with space or order', () => {
  const entries = dialogueEntries('Ann');
  expect(digest(JSON.stringify(entries.toReversed()))).toBe(digest(entries));
  expect(digest(entries, 'dialogue')).not.toBe(digest(entries));
  expect(digest(dialogueEntries('Bob'))).not.toBe(digest(entries));
});

test('an unknown domain and a negative seed are refused', () => {
  expect(() => openFixture().examples('cooking', 0)).toThrow("no domain 'cooking'");
  expect(() => openFixture().examples('health', -1)).toThrow('natural number');
});

test.skipIf(apiBankMissing)(
  `the published file has the published counts ${apiBankMissing ?? ''}`,
  () => {
    const { census } = openSuite(API_BANK, [readApiBank()]);
    expect(census).toEqual({
      entries: { total: 399, withTrace: 187, withoutTrace: 212 },
      duplicates: 10,
      leftOut: {},
      examples: { total: 389, withTrace: 177, withoutTrace: 212 },
      dialogues: 212,
      dialoguesAcrossDomains: 60,
      domains: {
        account: {
          examples: { total: 140, withTrace: 53, withoutTrace: 87 },
          dialogues: 94,
          tools: 7,
        },
        schedule: {
          examples: { total: 60, withTrace: 60, withoutTrace: 0 },
          dialogues: 49,
          tools: 16,
        },
        health: {
          examples: { total: 103, withTrace: 47, withoutTrace: 56 },
          dialogues: 56,
          tools: 8,
        },
        info: {
          examples: { total: 86, withTrace: 17, withoutTrace: 69 },
          dialogues: 75,
          tools: 18,
        },
      },
      toolsWithoutDescription: ['CheckToken', 'ToolSearcher', 'AddScene', 'ModifyScene'],
      toolsWithSeveralDescriptions: [],
      warnings: [],
    });
  },
);

test.skipIf(apiBankMissing)(
  `all published gold calls parse and format back ${apiBankMissing ?? ''}`,
  () => {
    const entries = readLevelOneEntries(readApiBank());
    const parsed = entries.map((entry) => parseCalls(entry.expected_output));
    expect(parsed.filter(({ calls, error }) => error !== undefined || calls.length !== 1)).toEqual(
      [],
    );
    for (const { calls } of parsed) expect(parseCalls(formatCalls(calls)).calls).toEqual(calls);
    for (const [index, entry] of entries.entries()) {
      const [call] = parsed[index]?.calls ?? [];
      const given = Object.entries(call?.arguments ?? {}).map(
        ([name, value]) => `${name}='${String(value)}'`,
      );
      expect(`API-Request: [${call?.name}(${given.join(', ')})]`).toBe(entry.expected_output);
    }
  },
);
