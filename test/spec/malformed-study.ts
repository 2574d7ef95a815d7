import type { MalformedLine } from './study.ts';

const FIELDS =
  'version, name, suite, stream, conditions, seeds, question, published, expect, trainer, base, evaluate, compute, store, checkpoints, parallelism, budget, tags, notes';
export const NAME = 'a name of at most 40 lower-case letters, digits and inner hyphens';
const SEEDS = 'an integer from 1 to 10000, a list of 1 to 10000 or a mapping of count, vary';

/** What is studied, spoiled. */
export const MALFORMED_STUDY: MalformedLine[] = [
  [
    1,
    'version: ratchet/v2',
    '1:10: version: expected "ratchet/v1", found "ratchet/v2" (did you mean "ratchet/v1"?)',
  ],
  [1, 'version: 1', '1:10: version: expected "ratchet/v1", found 1'],
  [1, '# no version', '1:1: version: expected "ratchet/v1", found nothing'],
  [2, 'name: Study One', `2:7: name: expected ${NAME}, found "Study One"`],
  [2, 'name: -study', `2:7: name: expected ${NAME}, found "-study"`],
  [
    2,
    `name: ${'a'.repeat(41)}`,
    `2:7: name: expected ${NAME}, found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."`,
  ],
  [2, 'name: 2026', `2:7: name: expected ${NAME}, found 2026`],
  [2, 'name: [study]', `2:7: name: expected ${NAME}, found a list`],
  [
    2,
    'nmae: study',
    `2:1: nmae: expected one of ${FIELDS}, found the unknown field "nmae" (did you mean "name"?)`,
  ],
  [2, 'name:', `2:1: name: expected ${NAME}, found nothing`],
  [
    3,
    'suite: api-bank',
    '3:8: suite: expected a mapping with kind "builtin", "api-bank" or "jsonl", found "api-bank"',
  ],
  [
    3,
    'suite: { kind: api-bnk }',
    '3:16: suite.kind: expected "builtin", "api-bank" or "jsonl", found "api-bnk" (did you mean "api-bank"?)',
  ],
  [
    3,
    'suite: { path: data }',
    '3:1: suite.kind: expected "builtin", "api-bank" or "jsonl", found nothing',
  ],
  [
    3,
    'suite: { kind: api-bank, pth: data }',
    '3:26: suite.pth: expected one of kind, path, source, domains, auth, split, tools, found the unknown field "pth" (did you mean "path"?)',
  ],
  [
    3,
    'suite: { kind: api-bank, tools: domian }',
    '3:33: suite.tools: expected "domain", "dialogue" or "all" or a mapping with kind "distractors", found "domian" (did you mean "domain"?)',
  ],
  [
    3,
    'suite: { kind: api-bank, path: "a\\0b" }',
    '3:32: suite.path: expected a folder, found "a\\u0000b"',
  ],
  [
    3,
    'suite: { kind: api-bank, path: "https://example.org/data" }',
    '3:32: suite.path: expected a folder, not a URL, found "https://example.org/data"',
  ],
  [
    3,
    'suite: { kind: api-bank, traceShare: 0.5 }',
    '3:26: suite.traceShare: expected one of kind, path, source, domains, auth, split, tools, found the unknown field "traceShare"',
  ],
  [5, '  domains: []', '5:12: stream.domains: expected a list of 1 to 64, found an empty list'],
  [5, '  domains: account', '5:12: stream.domains: expected a list of 1 to 64, found "account"'],
  [
    5,
    '  domains: [acount, schedule]',
    '5:13: stream.domains[0]: expected "account", "schedule", "health" or "info", found "acount" (did you mean "account"?)',
  ],
  [
    5,
    '  domains: [account, schedule, account]',
    '5:32: stream.domains[2]: expected each domain once, found "account" again',
  ],
  [5, '  domains: [account, 7]', '5:22: stream.domains[1]: expected text, found 7'],
  [
    5,
    '  domains: [account, schedule]\n  orders: every',
    '6:11: stream.orders: expected "all" or a list of 1 to 720, found "every"',
  ],
  [
    5,
    '  domains: [account, schedule]\n  orders: []',
    '6:11: stream.orders: expected "all" or a list of 1 to 720, found an empty list',
  ],
  [
    5,
    '  domains: [account, schedule]\n  orders: [account, schedule]',
    '6:12: stream.orders[0]: expected a list of at least 1, found "account"',
    '6:21: stream.orders[1]: expected a list of at least 1, found "schedule"',
  ],
  [
    5,
    '  domains: [account, schedule]\n  orders: [[account]]',
    '6:12: stream.orders[0]: expected every domain of the stream, found an order without "schedule"',
  ],
  [
    5,
    '  domains: [account, schedule]\n  orders: [[account, account]]',
    '6:22: stream.orders[0][1]: expected each domain once, found "account" again',
  ],
  [
    5,
    '  domains: [account, schedule]\n  orders: [[schedule, acount]]',
    '6:23: stream.orders[0][1]: expected "account" or "schedule", found "acount" (did you mean "account"?)',
  ],
  [
    5,
    '  domains: [account, info]\n  orders: [[info, account], [info, account]]',
    '6:29: stream.orders[1]: expected each order once, found "info, account" again',
  ],
  [
    9,
    'seeds: { count: 3, vary: [data, ordr] }',
    '9:33: seeds.vary[1]: expected "data", "order", "initialisation" or "draws", found "ordr" (did you mean "order"?)',
  ],
  [
    9,
    'seeds: { count: 3, vary: [data, data] }',
    '9:33: seeds.vary[1]: expected each word once, found "data" again',
  ],
  [9, 'seeds: { count: 3 }', '9:1: seeds.vary: expected a list of at least 1, found nothing'],
  [9, 'seeds: 0', `9:8: seeds: expected ${SEEDS}, found 0`],
  [9, 'seeds: 2.5', `9:8: seeds: expected ${SEEDS}, found 2.5`],
  [9, 'seeds: five', `9:8: seeds: expected ${SEEDS}, found "five"`],
  [9, 'seeds: 10001', `9:8: seeds: expected ${SEEDS}, found 10001`],
  [9, 'seeds: []', `9:8: seeds: expected ${SEEDS}, found an empty list`],
  [9, 'seeds: [1, 2, 1]', '9:15: seeds[2]: expected each seed once, found 1 again'],
  [9, 'seeds: [1, -2]', '9:12: seeds[1]: expected an integer from 0 to 4294967295, found -2'],
  [9, 'seeds: [1, 1.5]', '9:12: seeds[1]: expected an integer from 0 to 4294967295, found 1.5'],
  [9, 'seeds: [1, .inf]', '9:12: seeds[1]: expected a finite number, found .inf'],
  [9, 'seeds: 9007199254740993', `9:8: seeds: expected ${SEEDS}, found 9007199254740992`],
  [
    9,
    'sedes: 3',
    `9:1: sedes: expected one of ${FIELDS}, found the unknown field "sedes" (did you mean "seeds"?)`,
  ],
  [
    10,
    'question: { contrast: keep - stirp }',
    '10:23: question.contrast: expected conditions among keep, strip, found "stirp" (did you mean "strip"?)',
  ],
  [
    10,
    'question: { contrast: keep - keep }',
    '10:23: question.contrast: expected two different conditions, found "keep - keep"',
  ],
  [
    10,
    'question: { contrast: keep-strip }',
    '10:23: question.contrast: expected two conditions like "keep - strip", found "keep-strip"',
  ],
  [
    10,
    'question: { contrast: a - b }',
    '10:23: question.contrast: expected conditions among keep, strip, found "a - b"',
  ],
  [
    10,
    'question: { metric: bwt }',
    '10:1: question.contrast: expected two conditions like "keep - strip", found nothing',
  ],
  [
    10,
    'question: { contrast: keep - strip, metric: acuracy }',
    '10:45: question.metric: expected "averageAccuracy", "bwt", "fwt", "forgetting", "aulc" or "nameAccuracy", found "acuracy"',
  ],
  [
    10,
    'question: { contrast: keep - strip, margin: 5 }',
    '10:45: question.margin: expected a number from 0 to 1, found 5',
  ],
  [
    10,
    'question: { contrast: keep - strip, alpha: 0 }',
    '10:44: question.alpha: expected a number above 0 and at most 0.5, found 0',
  ],
  [
    10,
    'question: { contrast: keep - strip, alpha: .nan }',
    '10:44: question.alpha: expected a finite number, found .nan',
  ],
  [
    10,
    'question: { contrast: keep - strip, metric: fwt }\nevaluate: { domains: seen }',
    '10:45: question.metric: expected a metric of the domains seen, found "fwt"',
  ],
];
