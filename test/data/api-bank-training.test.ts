import { describe, expect, test } from 'vitest';
import { LEVEL_3_DOMAIN_APIS } from '../../data/api-bank/level-3-domains.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { apiBankSuite } from '../../spec/file-suites.ts';
import { apiBankMissing, readApiBankFile } from './api-bank-source.ts';
import {
  describePiped,
  entryOf,
  plainEntry,
  responseEntry,
  searchEntries,
  type TrainingFixture,
  trainingFile,
} from './training-fixture.ts';

const LEVEL_3 = apiBankSuite.parse({ kind: 'api-bank', source: 'level-3' });
const HUB = apiBankSuite.parse({
  kind: 'api-bank',
  source: 'hub',
  domains: { kind: 'balanced', bins: 2, minimum: 2 },
});

const openLevel3 = (entries: readonly TrainingFixture[], settings = LEVEL_3): Suite =>
  openSuite(settings, [trainingFile('lv3-api-train.json', entries)]);
const openHub = (files: readonly (readonly TrainingFixture[])[], settings = HUB): Suite =>
  openSuite(
    settings,
    [1, 2, 3].map((level) =>
      trainingFile(`lv${level}-train.json`, files[level - 1] ?? [plainEntry('x', 'Pad', '')]),
    ),
  );

const allExamples = (suite: Suite, domain: string) => {
  const { train, heldOut } = suite.examples(domain, 0);
  return [...train, ...heldOut].toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

const openPublished = (settings: object): Suite =>
  openSuite(apiBankSuite.parse({ ...LEVEL_3, ...settings }), [
    readApiBankFile('lv3-api-train.json'),
  ]);

const many = (count: number, api: string): TrainingFixture[] =>
  Array.from({ length: count }, (_, index) => plainEntry(`No. ${index}`, api, `city='${index}'`));

/** The API of the first bin. */
const firstOf = (files: TrainingFixture[]): unknown =>
  allExamples(openHub([files]), 'D1')[0]?.target[0]?.name;

describe('level 3', () => {
  const entries = searchEntries('Rain in Oslo?', 'WeatherInfo', 'city=Oslo, seats=2');
  const suite = openLevel3(entries);
  const [example] = allExamples(suite, 'everyday');

  test('a call may name its values without quotes', () => {
    expect(example?.target).toEqual([
      { name: 'WeatherInfo', arguments: { city: 'Oslo', seats: 2 } },
    ]);
  });

  test('the prompt is the dialogue after the descriptions, which become tools', () => {
    expect(example?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ]);
    expect(example?.messages[1]).toEqual({
      role: 'user',
      content: 'Rain in Oslo?TIME: 2034-01-01',
    });
    expect(suite.tools['ToolSearcher']?.function.parameters.properties).toEqual({
      keywords: { type: 'string', description: 'What for.' },
    });
  });

  test('a tool that ToolSearcher found is read from its Python literal', () => {
    expect(suite.tools['WeatherInfo']).toEqual({
      type: 'function',
      function: {
        name: 'WeatherInfo',
        description: "The user's WeatherInfo.",
        parameters: {
          type: 'object',
          properties: {
            city: { type: 'string', description: "The user's city." },
            day: { type: 'string' },
            seats: { type: 'integer' },
          },
        },
      },
    });
  });

  test('entries of one user turn are one dialogue, in the order of the file', () => {
    const others = searchEntries('Snow?', 'WeatherInfo', '');
    const two = openLevel3([...entries, ...others]);
    expect(two.census).toMatchObject({ dialogues: 2, examples: { total: 4 } });
    const [search] = allExamples(two, 'search');
    expect(search?.id).toBe(`${search?.dialogue}#0`);
    expect(search?.dialogue).toMatch(/^[0-9a-f]{12}$/);
  });

  test('what cannot become an example is counted with its reason', () => {
    const { census } = openLevel3([
      ...entries,
      entries[0],
      entryOf(entries[0].input, 'AI: Sorry.'),
      entryOf(entries[0].input, 'API-Request: WeatherInfo(city=Oslo)'),
      entryOf(`User: Hi.\nAPI-Request: broken\n`, "API-Request: [ToolSearcher(keywords='x')]"),
      entryOf('User: Hi.\n', "API-Request: [WeatherInfo(city='x')]"),
    ]);
    expect(census).toMatchObject({
      entries: { total: 7 },
      duplicates: 1,
      examples: { total: 2 },
      leftOut: {
        'without a call that parses': 2,
        'with an earlier call that does not parse': 1,
        'calling what nothing describes': 1,
      },
    });
  });

  test('every API lies in one domain, and ToolSearcher in one of its own', () => {
    const apis = Object.values(LEVEL_3_DOMAIN_APIS).flat();
    expect(new Set(apis).size).toBe(apis.length);
    expect(LEVEL_3_DOMAIN_APIS['search']).toEqual(['ToolSearcher']);
  });
});

describe('the files of the hub', () => {
  test('are read as one, in balanced bins', () => {
    const suite = openHub([
      many(6, 'A'),
      ['x', 'y', 'z'].flatMap((user) => searchEntries(user, 'B', "city='x'", describePiped)),
      ['x', 'y', 'z'].flatMap((user) => searchEntries(user, 'C', 'city="x"')),
    ]);
    expect(Object.keys(suite.census.domains)).toEqual(['D1', 'D2']);
    expect(suite.tools['B']?.function.description).toBe('Does B.');
    const apis = suite.domains.map((domain) => [
      ...new Set(allExamples(suite, domain).map(({ target }) => target[0]?.name)),
    ]);
    expect(apis.flat().toSorted()).toEqual(['A', 'B', 'C']);
    expect(suite.census.leftOut).toEqual({ 'of APIs in no domain': 6 });
  });

  test('weigh what the AI says for the API before it, though nothing is learned of it', () => {
    const calls = [...many(2, 'A'), ...many(3, 'B')];
    const said = ['p', 'q', 'r', 's'].map((user) => responseEntry(user, 'A'));
    expect(firstOf(calls)).toBe('B');
    expect(firstOf([...calls, ...said])).toBe('A');
  });

  test('are asked for by name when one is missing', () => {
    const file = trainingFile('lv1-train.json', many(2, 'A'));
    expect(() => openSuite(HUB, [file])).toThrow('lv2-train.json: expected the file to be there');
  });
});

describe.skipIf(apiBankMissing)(`the published level 3 ${apiBankMissing ?? ''}`, () => {
  test('has the published counts', () => {
    const { census } = openPublished({});
    expect(census.entries).toEqual({ total: 907, withTrace: 568, withoutTrace: 339 });
    expect(census).toMatchObject({
      duplicates: 8,
      leftOut: {
        'without a call that parses': 2,
        'with an earlier call that does not parse': 1,
        'calling what nothing describes': 4,
      },
      dialogues: 333,
    });
    // 462 of 907 call ToolSearcher; six of the duplicates and of those left out did.
    expect(census.domains['search']?.examples.total).toBe(456);
  });

  test('has every call in a domain', () => {
    expect(openPublished({}).census.leftOut).not.toHaveProperty('of APIs in no domain');
  });

  test('follows ToolSearcher to what it was asked for', () => {
    const { census } = openPublished({ auth: 'follow' });
    expect(census.domains['search']?.examples.total).toBe(27);
    expect(census.dialoguesAcrossDomains).toBe(31);
  });
});
