import { describe, expect, test } from 'vitest';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { BUILTIN_DOMAINS, createBuiltinSuite } from '../../worlds/builtin-suite.ts';
import { chooseUnseenTools } from '../../worlds/generate-domain.ts';
import { DOMAIN_NAMES, SEEDS } from './suite-fixture.ts';

const usual = createBuiltinSuite(BUILTIN_PRESETS.default);

describe.each([1, 2])('with %i unseen tools a domain', (unseenTools) => {
  const settings = { ...BUILTIN_PRESETS.default, unseenTools };
  const suite = createBuiltinSuite(settings);
  const unseenAt = (seed: number): string[] => {
    return BUILTIN_DOMAINS.flatMap((domain) => chooseUnseenTools(domain, seed, settings));
  };
  const calledAt = (seed: number, side: 'train' | 'heldOut'): string[] => {
    const examples = DOMAIN_NAMES.flatMap((domain) => suite.examples(domain, seed)[side]);
    return examples.flatMap(({ target, messages }) => [
      ...target.map(({ name }) => name),
      ...messages.flatMap((message) => {
        const calls = 'tool_calls' in message ? (message.tool_calls ?? []) : [];
        return calls.map((call) => call.function.name);
      }),
    ]);
  };

  test('no training example of any domain calls one or shows it called', () => {
    for (const seed of SEEDS) {
      const called = new Set(calledAt(seed, 'train'));
      expect(unseenAt(seed)).toHaveLength(DOMAIN_NAMES.length * unseenTools);
      expect(unseenAt(seed).filter((tool) => called.has(tool))).toEqual([]);
    }
  });

  test('held-out examples call each of them', () => {
    for (const seed of SEEDS) {
      const called = new Set(calledAt(seed, 'heldOut'));
      expect(unseenAt(seed).filter((tool) => !called.has(tool))).toEqual([]);
    }
  });

  test('training prompts list the others, held-out prompts all', () => {
    for (const domain of BUILTIN_DOMAINS) {
      const all = domain.tools.map(({ tool }) => tool.function.name);
      const unseen = chooseUnseenTools(domain, 1, settings);
      const { train, heldOut } = suite.examples(domain.name, 1);
      for (const { tools } of heldOut) expect(tools).toEqual(all);
      for (const { tools } of train) {
        expect(tools).toEqual(all.filter((tool) => !unseen.includes(tool)));
      }
    }
  });

  test('what is held out is what it is without them', () => {
    for (const domain of DOMAIN_NAMES) {
      expect(suite.examples(domain, 1).heldOut).toEqual(usual.examples(domain, 1).heldOut);
    }
  });

  test('other seeds leave other tools unseen', () => {
    expect(new Set(SEEDS.map((seed) => unseenAt(seed).join())).size).toBeGreaterThan(1);
  });

  test('training has as many examples as without them, and as large a share that needs the trace', () => {
    expect(suite.census).toEqual(usual.census);
    for (const domain of DOMAIN_NAMES) {
      expect(countNeeding(suite.sources(domain, 1).train)).toBe(
        countNeeding(usual.sources(domain, 1).train),
      );
    }
  });
});

function countNeeding(sources: ReadonlyMap<string, readonly { source: string }[]>): number {
  return [...sources.values()].filter((each) => each.some(({ source }) => source === 'trace'))
    .length;
}
