import { describe, expect, test } from 'vitest';
import type { Example } from '../../contract/dialogue.ts';
import { renderTraces } from '../../data/traces/render-trace.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import { BUILTIN_DOMAINS, createBuiltinSuite } from '../../worlds/builtin-suite.ts';
import type { ArgumentSource } from '../../worlds/dialogue.ts';
import type { Source } from '../../worlds/sourced.ts';
import type { LabelledArgument } from './suite-fixture.ts';
import {
  argumentsOf,
  columnsWith,
  dialoguesOf,
  DOMAIN_NAMES,
  MEASURED_DOMAINS,
  SEEDS,
  SPLITS,
  textOf,
  wordsOf,
} from './suite-fixture.ts';

function findDescription(tool: string, argument: string): string | undefined {
  const tools = BUILTIN_DOMAINS.flatMap((domain) =>
    domain.tools.map((behaviour) => behaviour.tool),
  );
  const found = tools.find((candidate) => candidate.function.name === tool);
  return found?.function.parameters.properties[argument]?.description;
}

describe.each(MEASURED_DOMAINS)('preset $preset, in $domain', ({ domain, settings }) => {
  const { candidates, traceShare } = settings;
  const labelled = dialoguesOf(domain, SPLITS, SEEDS, settings).flatMap(argumentsOf);
  const argumentsFrom = (source: Source): LabelledArgument[] => {
    return labelled.filter((argument) => argument.source === source);
  };

  test('what a user is said to say stands verbatim in a user turn', () => {
    for (const { value, messages } of argumentsFrom('user')) {
      const said = textOf(messages, 'user');
      for (const words of wordsOf(value)) expect(said).toContain(words);
    }
  });

  test('what comes from the trace stands in a result, and in nothing that strip leaves', () => {
    const copies = argumentsFrom('trace');
    expect(copies.length).toBeGreaterThan(100);
    for (const { value, messages } of copies) {
      const results = textOf(messages, 'tool');
      const left = textOf(messages, 'system', 'user', 'assistant');
      for (const words of wordsOf(value)) {
        expect(results).toContain(words);
        expect(left).not.toContain(words);
      }
    }
  });

  test('each copy from the trace has at least three others of its field beside it', () => {
    for (const { value, messages } of argumentsFrom('trace')) {
      for (const words of wordsOf(value)) {
        const [column = []] = columnsWith(words, messages);
        expect(new Set(column).size).toBeGreaterThanOrEqual(candidates.min);
      }
    }
  });

  test('what follows from the words of a user is not said as the tool takes it', () => {
    for (const { value, messages } of argumentsFrom('derived')) {
      expect(textOf(messages.slice(-1), 'user')).not.toContain(String(value));
    }
  });

  test('a default is what the description of its parameter says', () => {
    for (const { tool, argument, value } of argumentsFrom('default')) {
      const saysSo = new RegExp(`'?${String(value)}'? unless`);
      expect(findDescription(tool, argument)).toMatch(saysSo);
    }
  });

  test('the share of turns that need the trace is as set, between three and five in ten', () => {
    const dialogues = dialoguesOf(domain, SPLITS, SEEDS, settings);
    const turns = dialogues.flatMap((dialogue) => dialogue.turns);
    const needing = turns.filter(({ sources }) => sources.some(({ source }) => source === 'trace'));
    const share = needing.length / turns.length;
    expect(share).toBeCloseTo(traceShare, 2);
    expect(share).toBeGreaterThanOrEqual(0.3);
    expect(share).toBeLessThanOrEqual(0.5);
  });

  test('keep leaves every call answerable, strip between 50 and 70 in 100', () => {
    const suite = createBuiltinSuite(settings);
    for (const seed of SEEDS) {
      const { heldOut } = suite.examples(domain, seed);
      const sources = suite.sources(domain, seed).heldOut;
      const [keep = 0, strip = 0] = (['keep', 'strip'] as const).map((trace) => {
        const { examples } = renderTraces(heldOut, trace, seed);
        return examples.filter((example) => isAnswerable(example, sources)).length / heldOut.length;
      });
      expect(keep).toBe(1);
      expect(strip).toBeGreaterThanOrEqual(0.5);
      expect(strip).toBeLessThanOrEqual(0.7);
    }
  });
});

/** Whether all that has to be copied stands in the prompt as rendered; the rest follows from it or from a description. */
function isAnswerable(
  { id, messages, target }: Example,
  sources: ReadonlyMap<string, readonly ArgumentSource[]>,
): boolean {
  const text = textOf(messages, 'user', 'assistant', 'tool');
  const copied = (sources.get(id) ?? []).filter(({ source }) => {
    return source === 'user' || source === 'trace';
  });
  return copied.every(({ call, argument }) => {
    const value = target[call]?.arguments[argument] ?? null;
    return wordsOf(value).every((words) => text.includes(words));
  });
}

test('at a trace share of zero no call needs the trace', () => {
  const settings = { ...BUILTIN_PRESETS.default, traceShare: 0 };
  for (const domain of DOMAIN_NAMES) {
    const labelled = dialoguesOf(domain, ['train'], [1], settings).flatMap(argumentsOf);
    expect(labelled.length).toBeGreaterThan(0);
    expect(labelled.filter(({ source }) => source === 'trace')).toEqual([]);
  }
});
