import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { verifyCalls } from '../../worlds/verify.ts';
import { digestOf } from '../../contract/digest.ts';
import type { PropertySchema } from '../../contract/dialogue.ts';
import { BUILTIN_DOMAINS, createBuiltinSuite, shapeDomains } from '../../worlds/builtin-suite.ts';
import type { Clocked, DomainDefinition, Phrases } from '../../worlds/domain.ts';
import type { Split } from '../../worlds/draw.ts';
import { generateDialogues } from '../../worlds/generate-domain.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import type { BuiltinSettings } from '../../worlds/settings.ts';
import {
  argumentsOf,
  dialoguesOf,
  DOMAIN_NAMES,
  listingsOf,
  MEASURED_DOMAINS,
  SEEDS,
  SPLITS,
  wordsOf,
} from './suite-fixture.ts';

const suite = createBuiltinSuite(BUILTIN_PRESETS.default);

describe.each(MEASURED_DOMAINS)('preset $preset, in $domain', ({ domain, settings }) => {
  test('every gold call is accepted when its dialogue is replayed', () => {
    for (const { world, turns } of dialoguesOf(domain, SPLITS, SEEDS, settings)) {
      const gold = turns.flatMap(({ calls }) => calls);
      expect(verifyCalls(world, gold, gold)).toEqual({ right: true, faults: [] });
    }
  });

  test('no dialogue is there twice', () => {
    const texts = dialoguesOf(domain, SPLITS, SEEDS, settings).map(({ messages }) =>
      JSON.stringify(messages),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe.each(['default', 'hard', 'null'] as const)('with the preset %s', (preset) => {
  const settings = BUILTIN_PRESETS[preset];

  test('no value of one split is said or answered in the other, in any domain or seed', () => {
    const [train = new Set(), heldOut = new Set()] = SPLITS.map((split) => {
      return new Set(DOMAIN_NAMES.flatMap((domain) => valuesOf(domain, split, settings)));
    });
    expect(train.size).toBeGreaterThan(1000);
    expect([...heldOut].filter((value) => train.has(value))).toEqual([]);
  });

  test('no phrase of one split stands in the other, in any domain', () => {
    const phrases = shapeDomains(settings).flatMap(phrasesOf);
    const train = new Set(phrases.flatMap((each) => each.train));
    const heldOut = phrases.flatMap((each) => each.heldOut);
    expect(heldOut.filter((phrase) => train.has(phrase))).toEqual([]);
  });
});

/** What open arguments are given and what records hold, but for the places that banking numbers its records by. */
function valuesOf(domain: string, split: Split, settings: BuiltinSettings): string[] {
  const dialogues = dialoguesOf(domain, [split], SEEDS, settings);
  const given = dialogues.flatMap(argumentsOf).filter(({ source, tool, argument }) => {
    const schema = suite.tools[tool]?.function.parameters.properties[argument];
    return source !== 'default' && isOpen(schema);
  });
  const rows = dialogues
    .flatMap(({ messages }) => listingsOf(messages).flat())
    .flatMap(({ id, ...row }) => [...(domain === 'banking' ? [] : [id]), ...Object.values(row)]);
  return [...given.flatMap(({ value }) => wordsOf(value)), ...rows.map(String)];
}

/** Values of a closed list are the same in both splits by design. */
function isOpen(schema: PropertySchema | undefined): boolean {
  return schema?.enum === undefined && schema?.type !== 'boolean';
}

function phrasesOf({ steps, tosses = [], references }: DomainDefinition<Clocked>): Phrases[] {
  const turns = [...steps, ...tosses].flatMap(({ user, assistant }) => [user, assistant]);
  return [...turns, ...Object.values(references).flatMap((each) => each.map(({ user }) => user))];
}

test('tools are JSON Schema that an independent validator finds every gold call to fit', () => {
  const ajv = new Ajv({ strict: true });
  const validators = Object.fromEntries(
    Object.entries(suite.tools).map(([name, tool]) => [
      name,
      ajv.compile(tool.function.parameters),
    ]),
  );
  for (const domain of suite.domains) {
    for (const { target } of suite.examples(domain, 1).train) {
      for (const call of target) expect(validators[call.name]?.(call.arguments)).toBe(true);
    }
  }
});

test('domains name no tool alike and share the names of arguments', () => {
  const tools = BUILTIN_DOMAINS.flatMap(({ tools: behaviours }) => behaviours);
  expect(Object.keys(suite.tools)).toHaveLength(tools.length);
  const shared = ['id', 'date', 'amount', 'name', 'from', 'to', 'time', 'status', 'city', 'reason'];
  const lonely = shared.filter((argument) => {
    const owners = BUILTIN_DOMAINS.filter(({ tools: behaviours }) => {
      return behaviours.some(({ tool }) => argument in tool.function.parameters.properties);
    });
    return owners.length < 2;
  });
  expect(lonely).toEqual([]);
});

test('an example ends with a user turn, names its tools and has calls to predict', () => {
  for (const domain of suite.domains) {
    for (const { messages, target, tools } of suite.examples(domain, 1).heldOut) {
      expect(messages.at(-1)?.role).toBe('user');
      expect(messages[0]?.content).toContain("[ToolName(param1='value1', param2=2)]");
      expect(target.length).toBeGreaterThan(0);
      for (const name of [...tools, ...target.map((call) => call.name)]) {
        expect(suite.tools).toHaveProperty(name);
      }
    }
  }
});

test.each<Partial<BuiltinSettings>>([
  { chainLength: { min: 1, max: 1 } },
  { chainLength: { min: 8, max: 8 }, traceShare: 1, comparisonShare: 1 },
  { chainLength: { min: 8, max: 8 }, traceShare: 0, noise: 1 },
  { candidates: { min: 2, max: 2 }, derivedShare: 1 },
  { candidates: { min: 6, max: 6 }, derivedShare: 0 },
])('the knobs can be turned to their ends: %j', (knobs) => {
  const settings = { ...BUILTIN_PRESETS.default, ...knobs };
  for (const domain of suite.domains) {
    for (const { world, turns } of dialoguesOf(domain, SPLITS, [1], settings)) {
      const gold = turns.flatMap(({ calls }) => calls);
      expect(verifyCalls(world, gold, gold).right).toBe(true);
    }
  }
});

test('some turns make two calls', () => {
  for (const domain of suite.domains.filter((name) => name !== 'library')) {
    const { train } = suite.examples(domain, 1);
    expect(train.some(({ target }) => target.length === 2)).toBe(true);
  }
});

test('the same seed gives the same examples, another seed others', () => {
  const again = createBuiltinSuite(BUILTIN_PRESETS.default);
  expect(again.digest).toBe(suite.digest);
  expect(again.examples('travel', 7)).toEqual(suite.examples('travel', 7));
  expect(again.examples('travel', 8)).not.toEqual(suite.examples('travel', 7));
});

test('more training dialogues leave the held-out ones as they are', () => {
  const dialoguesPerDomain = { train: 80, heldOut: 18 };
  const larger = createBuiltinSuite({ ...BUILTIN_PRESETS.default, dialoguesPerDomain });
  expect(larger.digest).not.toBe(suite.digest);
  expect(larger.examples('clinic', 1).heldOut).toEqual(suite.examples('clinic', 1).heldOut);
});

test.each(['default', 'hard', 'null'] as const)(
  'the census of %s counts what every seed yields',
  (preset) => {
    const { census, domains, examples: examplesOf } = createBuiltinSuite(BUILTIN_PRESETS[preset]);
    for (const seed of [1, 2]) {
      for (const domain of domains) {
        const { train, heldOut } = examplesOf(domain, seed);
        const examples = [...train, ...heldOut];
        const withTrace = examples.filter(({ messages }) =>
          messages.some(({ role }) => role === 'tool'),
        );
        expect(census.domains[domain]).toEqual({
          examples: {
            total: examples.length,
            withTrace: withTrace.length,
            withoutTrace: examples.length - withTrace.length,
          },
          dialogues: new Set(examples.map(({ dialogue }) => dialogue)).size,
          tools: heldOut[0]?.tools.length,
        });
      }
    }
  },
);

test('there are labels for every argument of every example', () => {
  const { train } = suite.examples('banking', 3);
  const { train: sources } = suite.sources('banking', 3);
  for (const { id, target } of train) {
    const named = target.flatMap((call, index) => {
      return Object.keys(call.arguments).map((argument) => `${index} ${argument}`);
    });
    expect(sources.get(id)?.map(({ call, argument }) => `${call} ${argument}`)).toEqual(named);
  }
});

test('an unknown domain is refused', () => {
  expect(() => suite.examples('trvel', 1)).toThrow("no domain 'trvel'");
});

test('a domain and seed take less than 50 ms of CPU', () => {
  for (const domain of BUILTIN_DOMAINS)
    generateDialogues(domain, 0, 'train', BUILTIN_PRESETS.default);
  const start = process.cpuUsage();
  for (const seed of SEEDS) for (const domain of suite.domains) suite.examples(domain, seed);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000 / (SEEDS.length * suite.domains.length)).toBeLessThan(50);
});

test.each([
  ['default', 'd9d6fc5f96e9', '0755b9c14dd8'],
  ['quick', '7b0b88c876bc', '567a700cee8b'],
  ['hard', 'f574ec75a360', '276a136569a1'],
  ['null', '1970834b76fc', '4c826e5502d5'],
] as const)('the examples of %s are the ones of this generator version', (preset, digest, data) => {
  const made = createBuiltinSuite(BUILTIN_PRESETS[preset]);
  const examples = made.domains.map((domain) => made.examples(domain, 1));
  // Other examples from the same settings and seed? Then raise GENERATOR_VERSION, which keys depend on.
  expect([made.digest, digestOf(examples)].map((hex) => hex.slice(0, 12))).toEqual([digest, data]);
});
