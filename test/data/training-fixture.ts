import type { SuiteSource } from '../../data/suite.ts';

export interface TrainingFixture {
  instruction: string;
  input: string;
  output: string;
}

const SEARCHER =
  '{"apiCode": "ToolSearcher", "description": "Finds tools.", "parameters": {"keywords": {"type": "str", "description": "What for."}}, "response": {}}';

/** A tool as ToolSearcher answers with it at level 3: a Python literal. */
const describePython = (api: string): string =>
  `{'name': '${api}', 'description': 'The user\\'s ${api}.', 'input_parameters': {'city': {'type': 'str', 'description': "The user's city."}, 'day': {'type': date}, 'seats': {'type': 'int', 'description': ''}}, 'output_parameters': {}}`;

/** The same as at the hub's level 2. */
export const describePiped = (api: string): string =>
  `API: ${api} | Description: Does ${api}. | Input parameters: {'city': {'type': 'str', 'description': 'Where.'}} | Output result: done`;

/** A dialogue as the level-3 file has it, an entry a call: find the tool, then call it. */
export function searchEntries(
  user: string,
  api: string,
  given: string,
  describe = describePython,
): [TrainingFixture, TrainingFixture] {
  const search = `API-Request: [ToolSearcher(keywords='${api}')]`;
  const opening = `${SEARCHER}\nUser: ${user}TIME: 2034-01-01\n`;
  return [
    entryOf(`${opening}Generate API Request: `, search),
    entryOf(
      `${opening}${search}->${describe(api)}\nGenerate API Request: `,
      `API-Request: [${api}(${given})]`,
    ),
  ];
}

/** An entry of the hub's level 1: its APIs stand before the dialogue. */
export function plainEntry(user: string, api: string, given: string): TrainingFixture {
  const described = `{"apiCode": "${api}", "description": "Does ${api}.", "parameters": {"city": {"type": "str", "description": "Where."}}, "response": {}}`;
  return entryOf(
    `${described}\nUser: Hello.\nAI: Yes?\nUser: ${user}\nGenerate API Request: `,
    `API-Request: [${api}(${given})]`,
  );
}

/** What the AI says once a call is answered: no call to learn, but weight for its family. */
export function responseEntry(user: string, api: string): TrainingFixture {
  return entryOf(
    `${SEARCHER}\nUser: ${user}\nAPI-Request: [${api}(city='x')]->{'a': 1}\nGenerate AI Response: `,
    'AI: Here you are.',
  );
}

export function entryOf(input: string, output: string): TrainingFixture {
  return { instruction: 'Generate an API request.', input, output };
}

export function trainingFile(name: string, entries: readonly TrainingFixture[]): SuiteSource {
  return { name, bytes: Buffer.from(JSON.stringify(entries)) };
}
