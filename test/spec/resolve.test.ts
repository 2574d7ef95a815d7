import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../data/api-bank/domains.ts';
import { LEVEL_3_DOMAIN_APIS } from '../../data/api-bank/level-3-domains.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { parseSweep } from '../../spec/parse.ts';
import { LEVEL_3_DOMAINS, SUITE_DOMAINS } from '../../spec/suites.ts';
import type { Sweep } from '../../spec/sweep.ts';
import { BUILTIN_DOMAINS, createBuiltinSuite } from '../../worlds/builtin-suite.ts';
import { STUDY, studyWith } from './study.ts';

function parse(text: string): { sweep: Sweep; warnings: string[] } {
  const parsed = parseSweep(text, 'study.yaml');
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  const warnings = parsed.warnings.map(({ line, column, found }) => `${line}:${column} ${found}`);
  return { sweep: parsed.sweep, warnings };
}

const SMALLEST = `
version: ratchet/v1
name: smallest
suite: { kind: builtin }
stream: { domains: [travel] }
conditions: { only: { trace: keep } }
`;

describe('defaults', () => {
  test('fill the smallest spec', () => {
    expect(parse(SMALLEST)).toEqual({
      sweep: {
        name: 'smallest',
        suite: {
          kind: 'builtin',
          dialoguesPerDomain: { train: 50, heldOut: 18 },
          chainLength: { min: 2, max: 4 },
          traceShare: 0.4,
          candidates: { min: 4, max: 6 },
          comparisonShare: 0.15,
          derivedShare: 0.15,
          noise: 0.1,
          overlap: 1,
          unseenTools: 0,
          toss: false,
        },
        stream: { domains: ['travel'], orders: [['travel']] },
        conditions: [
          {
            name: 'only',
            trace: { train: 'keep', eval: 'keep' },
            strategy: 'sequential',
            replay: 0,
            matchTokens: null,
            limit: null,
            upsample: null,
            render: null,
          },
        ],
        seeds: [1, 2, 3, 4, 5],
        vary: ['data', 'order', 'initialisation', 'draws'],
        trainer: {
          kind: 'builtin',
          hyperparameters: {
            epochs: 6,
            learningRate: 0.25,
            l2: 0.000001,
            batchSize: 4,
            maxPromptTokens: 4096,
            maxTargetTokens: 512,
            tableBits: 19,
          },
        },
        evaluate: {
          domains: 'all',
          convention: 'exact',
          decoding: { temperature: 0, seed: 0 },
        },
        compute: { kind: 'local', gpus: 0 },
        checkpoints: { every: 50 },
        parallelism: 2,
        tags: {},
      },
      warnings: [],
    });
  });

  test('of a question', () => {
    expect(parse(STUDY).sweep.question).toEqual({
      treatment: 'keep',
      control: 'strip',
      metric: 'averageAccuracy',
      margin: 0.05,
      alpha: 0.05,
    });
  });
});

function suiteOf(settings: string): Sweep['suite'] {
  return parse(SMALLEST.replace('kind: builtin', `kind: builtin, ${settings}`)).sweep.suite;
}

describe('a preset of the built-in suite', () => {
  test.each(Object.entries(BUILTIN_PRESETS))('%s fills the knobs', (name, knobs) => {
    expect(suiteOf(`preset: "${name}"`)).toEqual({ kind: 'builtin', ...knobs });
  });

  test('null needs no quotes', () => {
    expect(suiteOf('preset: null')).toEqual(suiteOf('preset: "null"'));
  });

  test('gives way to what the file says itself, a single bound of a range as well', () => {
    const written = 'preset: hard, traceShare: 0.2, chainLength: { max: 4 }';
    expect(suiteOf(written)).toEqual({
      kind: 'builtin',
      ...BUILTIN_PRESETS.hard,
      traceShare: 0.2,
      chainLength: { min: BUILTIN_PRESETS.hard.chainLength.min, max: 4 },
    });
  });

  test('says nothing that the knobs themselves could not', () => {
    const knobs = JSON.stringify(BUILTIN_PRESETS.quick).slice(1, -1);
    expect(suiteOf(knobs)).toEqual(suiteOf('preset: quick'));
  });
});

test('the domains of the suites are those that their data have', () => {
  expect(LEVEL_3_DOMAINS).toEqual(Object.keys(LEVEL_3_DOMAIN_APIS));
  expect(SUITE_DOMAINS).toEqual({
    'api-bank': DOMAINS,
    builtin: BUILTIN_DOMAINS.map(({ name }) => name),
  });
});

function ordersOf(text: string): string[] {
  const { stream } = parse(studyWith(5, `  domains: [account, health, info]\n${text}`)).sweep;
  return stream.orders.map((order) => order.join(' '));
}

test.each([
  'candidates: { min: 2, max: 2 }, chainLength: { min: 1, max: 1 }, traceShare: 1',
  'candidates: { min: 6, max: 6 }, chainLength: { min: 8, max: 8 }, traceShare: 0, noise: 1',
])('the built-in suite can be generated at the bounds of its knobs: %s', (knobs) => {
  const few = 'dialoguesPerDomain: { train: 8, heldOut: 8 }';
  const text = SMALLEST.replace('kind: builtin', `kind: builtin, ${few}, ${knobs}`);
  const { suite } = parse(text).sweep;
  if (suite.kind !== 'builtin') throw new Error('not the built-in suite');
  const generated = createBuiltinSuite(suite);
  for (const domain of SUITE_DOMAINS.builtin) {
    for (const seed of [1, 2, 3]) {
      expect(generated.examples(domain, seed).heldOut.length).toBeGreaterThanOrEqual(8);
    }
  }
});

describe('orders', () => {
  test('are the order of the domains where none is given', () => {
    expect(ordersOf('')).toEqual(['account health info']);
  });

  test('are every permutation, beginning with the order of the domains', () => {
    expect(ordersOf('  orders: all')).toEqual([
      'account health info',
      'account info health',
      'health account info',
      'health info account',
      'info account health',
      'info health account',
    ]);
  });

  test('are walked as listed', () => {
    const listed = '  orders: [[info, health, account], [account, health, info]]';
    expect(ordersOf(listed)).toEqual(['info health account', 'account health info']);
  });
});

describe('what is written', () => {
  test('seeds are kept in their order', () => {
    expect(parse(studyWith(9, 'seeds: [7, 0, 4294967295]')).sweep.seeds).toEqual([
      7, 0, 4294967295,
    ]);
  });

  test('a trainer of one’s own keeps its hyperparameters as they are', () => {
    const settings = '{ lora: { rank: 8, targets: [q, v] }, schedule: null, packed: false }';
    const trainer = `{ kind: command, command: [python, train.py], identity: "sha256:1", hyperparameters: ${settings} }`;
    expect(parse(studyWith(11, `trainer: ${trainer}`)).sweep.trainer).toEqual({
      kind: 'command',
      command: ['python', 'train.py'],
      identity: 'sha256:1',
      hyperparameters: {
        lora: { rank: 8, targets: ['q', 'v'] },
        schedule: null,
        packed: false,
      },
    });
  });

  test.each([
    'file:///data/store',
    'file:///data/my%20store',
    's3://bucket',
    's3://bucket/team/ratchet_1',
    './store',
    'stores/a',
  ])('a store at %s', (store) => {
    expect(parse(studyWith(11, `store: ${store}`)).sweep.store).toBe(store);
  });

  test.each(['../shared/api-bank', '/data/api-bank', 'data'])('a suite in %s', (path) => {
    const { suite } = parse(studyWith(3, `suite: { kind: api-bank, path: ${path} }`)).sweep;
    expect(suite).toEqual({
      kind: 'api-bank',
      path,
      source: 'level-1',
      auth: 'own',
      split: { unit: 'dialogue', folds: 5, seed: 0 },
      tools: 'domain',
    });
  });

  test('Windows line ends, a byte order mark and JSON all read alike', () => {
    const { sweep } = parse(STUDY);
    expect(parse(STUDY.replaceAll('\n', '\r\n')).sweep).toEqual(sweep);
    expect(parse(`\ufeff${STUDY}`).sweep).toEqual(sweep);
    const json = {
      version: 'ratchet/v1',
      name: 'study',
      suite: { kind: 'api-bank' },
      stream: { domains: ['account', 'schedule', 'health'] },
      conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
      seeds: 3,
      question: { contrast: 'keep - strip' },
    };
    expect(parse(JSON.stringify(json, undefined, 2)).sweep).toEqual(sweep);
  });
});

test('two conditions with the same settings are a warning, not an error', () => {
  const { warnings } = parse(studyWith(8, '  strip: { trace: strip }\n  again: { trace: keep }'));
  expect(warnings).toEqual(['9:3 the same settings as "keep", so the same results']);
});

function warnInPods(image: string, identity: string): string[] {
  const { warnings } = parse(`${studyWith(8, '  strip: { trace: strip }')}
store: s3://bucket/prefix
compute: { kind: kubernetes, namespace: team, image: "registry.example.org/${image}" }
trainer: { kind: command, command: [train], identity: "${identity}" }
`);
  return warnings;
}

describe('a trainer of which only a tag of its image is known', () => {
  test('is a warning: results of another image would be taken for its own', () => {
    expect(warnInPods('trainer:7', 'my-trainer-7')).toEqual([
      expect.stringContaining('"my-trainer-7" beside a tag, which may name another image tomorrow'),
    ]);
  });

  test.each([
    ['by the digest of its image', `trainer@sha256:${'0f'.repeat(32)}`, 'my-trainer-7'],
    ['by a digest', 'trainer:7', `sha256:${'0f'.repeat(32)}`],
    ['by a commit', 'trainer:7', 'trainer at 0123456789ab'],
  ])('is none where it is known %s', (_how, image, identity) => {
    expect(warnInPods(image, identity)).toEqual([]);
  });
});
