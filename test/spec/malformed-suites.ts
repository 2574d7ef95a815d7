import type { MalformedLine } from './study.ts';

const SOURCES = '"level-1", "level-3", "hub", "dialogues" or "paper-1"';
const DOMAIN = 'a name of at most 40 letters, digits, _ and -';
const JSONL_FIELDS = 'kind, path, domainField, splitField, split, tools';
const bank = (fields: string): string => `suite: { kind: api-bank, ${fields} }`;
const own = (map: string): string => bank(`domains: { kind: own, map: ${map} }`);
const jsonl = (fields: string): string => `suite: { kind: jsonl, ${fields} }`;

/** Where dialogues come from, spoiled. */
export const MALFORMED_SUITES: MalformedLine[] = [
  [
    3,
    bank('source: level-2'),
    `3:34: suite.source: expected ${SOURCES}, found "level-2" (did you mean "level-1"?)`,
  ],
  [3, bank('source: [hub]'), `3:34: suite.source: expected ${SOURCES}, found a list`],
  [
    3,
    bank('domains: semantc'),
    '3:35: suite.domains: expected "semantic" or a mapping with kind "balanced" or "own", found "semantc" (did you mean "semantic"?)',
  ],
  [
    3,
    bank('domains: { bins: 4 }'),
    '3:26: suite.domains.kind: expected "balanced" or "own", found nothing',
  ],
  [
    3,
    bank('domains: { kind: balancd }'),
    '3:43: suite.domains.kind: expected "balanced" or "own", found "balancd" (did you mean "balanced"?)',
  ],
  [
    3,
    bank('domains: { kind: balanced, bins: 1 }'),
    '3:59: suite.domains.bins: expected an integer from 2 to 64, found 1',
  ],
  [
    3,
    bank('domains: { kind: balanced, bin: 4 }'),
    '3:53: suite.domains.bin: expected one of kind, bins, minimum, tokens, found the unknown field "bin" (did you mean "bins"?)',
  ],
  [
    3,
    bank('domains: { kind: balanced, tokens: { GetUserToken: 0 } }'),
    '3:77: suite.domains.tokens.GetUserToken: expected a number above 0 and at most 1000000000, found 0',
  ],
  [
    3,
    bank('domains: { kind: balanced, bins: 2 }'),
    '5:13: stream.domains[0]: expected "D1" or "D2", found "account"',
    '5:22: stream.domains[1]: expected "D1" or "D2", found "schedule"',
    '5:32: stream.domains[2]: expected "D1" or "D2", found "health"',
  ],
  [3, bank('domains: { kind: own }'), '3:26: suite.domains.map: expected a mapping, found nothing'],
  [3, own('{}'), '3:53: suite.domains.map: expected at least one domain, found an empty mapping'],
  [
    3,
    own('{ account: [] }'),
    '3:64: suite.domains.map.account: expected a list of 1 to 10000, found an empty list',
  ],
  [
    3,
    own('{ account: GetUserToken }'),
    '3:64: suite.domains.map.account: expected a list of 1 to 10000, found "GetUserToken"',
  ],
  [
    3,
    own('{ ../a: [GetUserToken] }'),
    `3:55: suite.domains.map["../a"]: expected ${DOMAIN}, found "../a"`,
  ],
  [
    3,
    own('{ account: [GetUserToken], schedule: [A, GetUserToken], health: [B] }'),
    '3:94: suite.domains.map.schedule[1]: expected each API in one domain, found "GetUserToken", which "account" has',
  ],
  [
    3,
    own('{ account: [A], scheduel: [B], health: [C] }'),
    '5:22: stream.domains[1]: expected "account", "scheduel" or "health", found "schedule" (did you mean "scheduel"?)',
  ],
  [
    3,
    bank('auth: folow'),
    '3:32: suite.auth: expected "own", "follow" or "exclude", found "folow" (did you mean "follow"?)',
  ],
  [
    3,
    bank('split: { unit: dialog }'),
    '3:41: suite.split.unit: expected "dialogue", "scenario" or "example", found "dialog" (did you mean "dialogue"?)',
  ],
  [
    3,
    bank('split: dialogue'),
    '3:33: suite.split: expected a mapping of unit, folds, seed, found "dialogue"',
  ],
  [
    3,
    bank('split: { folds: 1 }'),
    '3:42: suite.split.folds: expected an integer from 2 to 100, found 1',
  ],
  [
    3,
    bank('split: { fold: 5 }'),
    '3:35: suite.split.fold: expected one of unit, folds, seed, found the unknown field "fold" (did you mean "folds"?)',
  ],
  [
    3,
    bank('split: { seed: -1 }'),
    '3:41: suite.split.seed: expected an integer from 0 to 4294967295, found -1',
  ],
  [
    3,
    bank('tools: { kind: distractors }'),
    '3:26: suite.tools.count: expected an integer from 0 to 1000, found nothing',
  ],
  [
    3,
    bank('tools: { kind: distractor, count: 3 }'),
    '3:41: suite.tools.kind: expected "distractors", found "distractor" (did you mean "distractors"?)',
  ],
  [
    3,
    bank('tools: { kind: distractors, count: 3, seed: 1 }'),
    '3:64: suite.tools.seed: expected one of kind, count, found the unknown field "seed"',
  ],
  [3, 'suite: { kind: jsonl }', '3:1: suite.path: expected a folder, found nothing'],
  [
    3,
    jsonl('path: data, domain: topic'),
    `3:35: suite.domain: expected one of ${JSONL_FIELDS}, found the unknown field "domain"`,
  ],
  [
    3,
    jsonl('path: data, splitField: side, split: { folds: 3 }'),
    '3:53: suite.split: expected either split or splitField, found both',
  ],
  [
    3,
    jsonl('path: data, domainField: ""'),
    '3:48: suite.domainField: expected one line of at most 200 characters, found an empty text',
  ],
  [
    3,
    jsonl('path: "s3://x/y"'),
    '3:29: suite.path: expected a folder, not a URL, found "s3://x/y"',
  ],
  [
    3,
    jsonl('path: data, source: hub'),
    `3:35: suite.source: expected one of ${JSONL_FIELDS}, found the unknown field "source"`,
  ],
];
