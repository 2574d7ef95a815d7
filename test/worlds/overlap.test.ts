import { describe, expect, test } from 'vitest';
import type { PropertySchema } from '../../contract/dialogue.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { createBuiltinSuite, shapeDomains } from '../../worlds/builtin-suite.ts';
import { COMMON_NAMES } from '../../worlds/overlap.ts';
import { verifyCalls } from '../../worlds/verify.ts';
import { dialoguesOf, DOMAIN_NAMES, SPLITS } from './suite-fixture.ts';

const settingsAt = (overlap: number) => ({ ...BUILTIN_PRESETS.default, overlap });

/** The schemas of an argument, by the domains whose tools have it. */
function schemasOf(argument: string, overlap: number): Map<string, PropertySchema[]> {
  const owners = shapeDomains(settingsAt(overlap)).map(({ name, tools }) => {
    const schemas = tools.flatMap(
      ({ tool }) => tool.function.parameters.properties[argument] ?? [],
    );
    return [name, schemas] as const;
  });
  return new Map(owners.filter(([, schemas]) => schemas.length > 0));
}

function argumentNames(overlap: number): string[] {
  const tools = shapeDomains(settingsAt(overlap)).flatMap((domain) => domain.tools);
  return tools.flatMap(({ tool }) => Object.keys(tool.function.parameters.properties));
}

test('at 1 domains share the names of arguments, and differ in how they are written', () => {
  for (const name of COMMON_NAMES) {
    expect(schemasOf(name, 1).size).toBeGreaterThanOrEqual(2);
  }
  for (const name of ['id', 'date', 'time']) {
    const writtenIn = [...schemasOf(name, 1).values()].map((schemas) => {
      return schemas.map(({ pattern, type }) => pattern ?? type);
    });
    for (const [at, patterns] of writtenIn.entries()) {
      const elsewhere = writtenIn.toSpliced(at, 1).flat();
      expect(patterns.filter((pattern) => elsewhere.includes(pattern))).toEqual([]);
    }
  }
});

test('at 0 no argument name stands in two domains', () => {
  for (const name of new Set(argumentNames(0))) expect(schemasOf(name, 0).size).toBe(1);
});

test('in between so large a share is left in common', () => {
  const names = argumentNames(0.4);
  expect(COMMON_NAMES.filter((name) => names.includes(name))).toEqual(COMMON_NAMES.slice(0, 4));
});

test('it changes the digest', () => {
  const [half, whole] = [0.5, 1].map((overlap) => createBuiltinSuite(settingsAt(overlap)).digest);
  expect(half).not.toBe(whole);
});

describe.each(DOMAIN_NAMES)('in %s at 0', (domain) => {
  const separate = dialoguesOf(domain, SPLITS, [1], settingsAt(0));
  const common = dialoguesOf(domain, SPLITS, [1], settingsAt(1));

  test('every gold call is accepted', () => {
    for (const { world, turns } of separate) {
      const gold = turns.flatMap(({ calls }) => calls);
      expect(verifyCalls(world, gold, gold)).toEqual({ right: true, faults: [] });
    }
  });

  test('everything but the names of arguments is the same', () => {
    const values = (dialogues: typeof separate) => {
      return dialogues.map(({ messages, turns }) => [
        messages.filter((message) => !('tool_calls' in message)),
        turns.map(({ calls }) => calls.map((call) => [call.name, Object.values(call.arguments)])),
      ]);
    };
    expect(values(separate)).toEqual(values(common));
  });

  test('labels name the arguments as the tools do', () => {
    for (const { calls, sources } of separate.flatMap(({ turns }) => turns)) {
      for (const { call, argument } of sources) {
        expect(calls[call]?.arguments).toHaveProperty(argument);
      }
    }
  });
});

test('errors name arguments as the tools do', () => {
  const [dialogue] = dialoguesOf('travel', ['train'], [1], settingsAt(0));
  const search = { origin: 'Oslo', destination: 'Riga', day: '2026-02-30' };
  const outcome = dialogue?.world.call(dialogue.world.initial, 'SearchFlights', search);
  expect(outcome).toHaveProperty('error', "SearchFlights: 'day' 2026-02-30 is no day of 2026");
});
