import { describe, expect, test } from 'vitest';
import type { Example } from '../../contract/dialogue.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { apiBankSuite } from '../../spec/file-suites.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';
import { API_BANK, dialogueEntries, sourceOf } from './api-bank-fixture.ts';

const entries = ['Ann', 'Bob', 'Cid', 'Dee', 'Eve', 'Fay'].flatMap(dialogueEntries);
const open = (settings: object): Suite =>
  openSuite(apiBankSuite.parse({ ...API_BANK, ...settings }), [sourceOf(entries)]);
const openPublished = (settings: object): Suite =>
  openSuite(apiBankSuite.parse({ ...API_BANK, ...settings }), [readApiBank()]);
const ownMap = (map: Record<string, string[]>) => ({ domains: { kind: 'own', map } });

const examplesOf = (suite: Suite, domain: string): Example[] => {
  const { train, heldOut } = suite.examples(domain, 0);
  return [...train, ...heldOut];
};
const allPublished = (settings: object): Example[] => {
  const suite = openPublished(settings);
  return suite.domains.flatMap((domain) => examplesOf(suite, domain));
};
const apisOf = (suite: Suite, domain: string): Set<string | undefined> =>
  new Set(examplesOf(suite, domain).map(({ target }) => target[0]?.name));

const listings = (settings: object): Set<string> =>
  new Set(allPublished(settings).map(({ tools }) => tools.join(' ')));

describe('calls that only prepare others', () => {
  test('lie in the domain of their own API, that of the next call, or nowhere', () => {
    const counts = ['own', 'follow', 'exclude'].map((auth) =>
      ['account', 'schedule'].map((domain) => examplesOf(open({ auth }), domain).length),
    );
    expect(counts).toEqual([
      [6, 6],
      [0, 12],
      [0, 6],
    ]);
    expect(open({ auth: 'exclude' }).census.leftOut).toEqual({
      'that only prepare other calls': 6,
    });
  });

  test('stay where they are when nothing follows them', () => {
    const alone = dialogueEntries('Ann').slice(0, 1);
    const settings = apiBankSuite.parse({ ...API_BANK, auth: 'follow' });
    expect(examplesOf(openSuite(settings, [sourceOf(alone)]), 'account')).toHaveLength(1);
  });

  test('do not show in a prompt what they follow', () => {
    const own = open({ auth: 'own' });
    const unplaced = own.domains.flatMap((domain) => examplesOf(own, domain));
    const messages = new Map(unplaced.map((example) => [example.id, example.messages]));
    const placed = examplesOf(open({ auth: 'follow' }), 'schedule');
    for (const example of placed) {
      expect(example.messages).toEqual(messages.get(example.id));
      expect(example.tools).toEqual(['AddMeeting', 'GetUserToken']);
    }
  });

  test.skipIf(apiBankMissing)(
    `are 82 of API-Bank's, in 79 dialogues: 49 go on with schedule, 47 of them with nothing else ${apiBankMissing ?? ''}`,
    () => {
      const { census } = openPublished({ auth: 'exclude' });
      expect(census.leftOut).toEqual({ 'that only prepare other calls': 82 });
      const kinds = new Map<string, Set<string>>();
      const follow = openPublished({ auth: 'follow' });
      for (const domain of follow.domains)
        for (const { dialogue, target } of examplesOf(follow, domain)) {
          const kind = target[0]?.name === 'GetUserToken' ? `to ${domain}` : domain;
          kinds.set(dialogue, (kinds.get(dialogue) ?? new Set()).add(kind));
        }
      const having = (kind: string) => [...kinds.values()].filter((one) => one.has(kind));
      expect(having('to account').length + having('to schedule').length).toBe(79);
      expect(having('to schedule')).toHaveLength(49);
      expect(having('to schedule').filter(({ size }) => size === 2)).toHaveLength(47);
    },
  );
});

describe('domains of one’s own', () => {
  test('hold the APIs that the map gives them, in its order', () => {
    const suite = open(
      ownMap({ meetings: ['AddMeeting'], tokens: ['GetUserToken', 'CheckToken'] }),
    );
    expect(suite.domains).toEqual(['meetings', 'tokens']);
    expect(apisOf(suite, 'meetings')).toEqual(new Set(['AddMeeting']));
    expect(suite.census.toolsWithoutDescription).toEqual(['CheckToken']);
  });

  test('have to hold every API that the data call', () => {
    expect(() => open(ownMap({ meetings: ['AddMeeting'] }))).toThrow(
      'suite.domains.map: expected every API that the data call, found a map without GetUserToken',
    );
  });

  test('may not hold an API that there is not', () => {
    expect(() => open(ownMap({ meetings: ['AddMeeting', 'GetUserTokn'] }))).toThrow(
      'suite.domains.map.meetings.1: expected an API of the data, found "GetUserTokn"',
    );
  });
});

test('balanced domains are bins of the data', () => {
  const suite = open({ domains: { kind: 'balanced', bins: 2, minimum: 6 } });
  expect(suite.domains.map((domain) => apisOf(suite, domain))).toEqual([
    new Set(['AddMeeting']),
    new Set(['GetUserToken']),
  ]);
});

describe('what a prompt lists beside its target', () => {
  test('is nothing without distractors, and all there is with too many', () => {
    const listed = [0, 9].map((count) => {
      const suite = open({ tools: { kind: 'distractors', count } });
      return examplesOf(suite, 'schedule')[0]?.tools;
    });
    expect(listed).toEqual([['AddMeeting'], ['GetUserToken', 'AddMeeting']]);
  });
});

describe.skipIf(apiBankMissing)(`what API-Bank's prompts list ${apiBankMissing ?? ''}`, () => {
  const DRAWN = { tools: { kind: 'distractors', count: 5 } };
  test.each(['dialogue', 'domain', 'all', { kind: 'distractors', count: 5 }])(
    'always has the target: %j',
    (tools) => {
      for (const auth of ['own', 'follow']) {
        for (const example of allPublished({ tools, auth })) {
          expect(example.tools).toContain(example.target[0]?.name);
          expect(new Set(example.tools).size).toBe(example.tools.length);
        }
      }
    },
  );

  test('is the same for a whole domain, or the whole suite', () => {
    expect(listings({ tools: 'domain' }).size).toBe(4);
    expect(listings({ tools: 'domain', auth: 'follow' }).size).toBe(4);
    expect([...listings({ tools: 'all' })].map((text) => text.split(' ').length)).toEqual([49]);
  });

  test('is drawn for each example, the same way every time', () => {
    const drawn = allPublished(DRAWN);
    expect(new Set(drawn.map(({ tools }) => tools.length))).toEqual(new Set([6]));
    expect(listings(DRAWN).size).toBeGreaterThan(380);
    expect(allPublished(DRAWN)).toEqual(drawn);
  });

  test('does not tell the target by its place', () => {
    const places = allPublished(DRAWN).map(({ tools, target }) =>
      tools.indexOf(target[0]?.name ?? ''),
    );
    for (const place of [0, 1, 2, 3, 4, 5]) {
      expect(places.filter((one) => one === place).length).toBeGreaterThan(20);
    }
  });
});
