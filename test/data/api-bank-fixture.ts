import type { SuiteSource } from '../../data/suite.ts';
import { apiBankSuite } from '../../spec/file-suites.ts';

/** API-Bank as a spec names it that says nothing more. */
export const API_BANK = apiBankSuite.parse({ kind: 'api-bank' });

export interface FixtureEntry {
  file: string;
  id: number;
  instruction: string;
  input: string;
  expected_output: string;
}

const DESCRIPTIONS = [
  {
    name: 'GetUserToken',
    description: 'Get a token.',
    input_parameters: {
      username: { type: 'str', description: 'Who.' },
      password: { type: 'str', description: 'Secret.' },
    },
    output_parameters: { token: { type: 'str', description: 'The token.' } },
  },
  {
    name: 'AddMeeting',
    description: 'Add a meeting.',
    input_parameters: {
      token: { type: 'str', description: 'The token.' },
      attendees: { type: 'list(str)', description: 'Who comes.' },
      rooms: { type: 'int', description: 'How many.' },
      open: { type: 'bool', description: 'To all.' },
      notes: { type: 'list', description: 'Any.' },
      cost: { type: 'float', description: 'In all.' },
    },
    output_parameters: {},
  },
];

const INSTRUCTION = `\nDo it.\nAPI descriptions:\n${DESCRIPTIONS.map((tool) => JSON.stringify(tool)).join('\n')}`;

/** A dialogue of two calls: the second needs the first one's result. */
export function dialogueEntries(name: string): [FixtureEntry, FixtureEntry] {
  const opening = `User: Meet Ann at ten.\nAI: Who are you?\nUser: ${name}, secret x.`;
  const call = `API-Request: [GetUserToken(username='${name}', password='x')]`;
  const file = `${name}.jsonl`;
  return [
    {
      file,
      id: 1,
      instruction: INSTRUCTION,
      input: `${opening}\nAI: One moment.\nGenerate API Request:\n`,
      expected_output: call,
    },
    {
      file,
      id: 2,
      instruction: INSTRUCTION,
      input: `${opening}\nAI: One moment.\n${call}->{'token': 't-${name}'}\nAI: Known.\nGenerate API Request:\n`,
      expected_output: `API-Request: [AddMeeting(token='t-${name}', attendees='['Ann', 'Bob']', rooms='1')]`,
    },
  ];
}

export function sourceOf(content: unknown): SuiteSource {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 1);
  return { name: 'level-1-api.json', bytes: Buffer.from(text) };
}
