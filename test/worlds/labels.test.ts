import { describe, expect, test } from 'vitest';
import { BUILTIN_DOMAINS } from '../../worlds/builtin-suite.ts';
import type { Source } from '../../worlds/sourced.ts';
import { BUILTIN_PRESETS } from '../../spec/builtin-presets.ts';
import type { LabelledArgument } from './suite-fixture.ts';
import {
  argumentsOf,
  columnsWith,
  dialoguesOf,
  DOMAIN_NAMES,
  textOf,
  wordsOf,
} from './suite-fixture.ts';

const { candidates, traceShare } = BUILTIN_PRESETS.default;

function argumentsFrom(source: Source, domain: string): LabelledArgument[] {
  return dialoguesOf(domain)
    .flatMap(argumentsOf)
    .filter((argument) => argument.source === source);
}

function findDescription(tool: string, argument: string): string | undefined {
  const tools = BUILTIN_DOMAINS.flatMap((domain) =>
    domain.tools.map((behaviour) => behaviour.tool),
  );
  const found = tools.find((candidate) => candidate.function.name === tool);
  return found?.function.parameters.properties[argument]?.description;
}

describe.each(DOMAIN_NAMES)('in %s', (domain) => {
  test('what a user is said to say stands verbatim in a user turn', () => {
    for (const { value, messages } of argumentsFrom('user', domain)) {
      const said = textOf(messages, 'user');
      for (const words of wordsOf(value)) expect(said).toContain(words);
    }
  });

  test('what comes from the trace stands in a result, and in nothing that strip leaves', () => {
    const copies = argumentsFrom('trace', domain);
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
    for (const { value, messages } of argumentsFrom('trace', domain)) {
      for (const words of wordsOf(value)) {
        const [column = []] = columnsWith(words, messages);
        expect(new Set(column).size).toBeGreaterThanOrEqual(candidates.min);
      }
    }
  });

  test('what follows from the words of a user is not said as the tool takes it', () => {
    for (const { value, messages } of argumentsFrom('derived', domain)) {
      expect(textOf(messages.slice(-1), 'user')).not.toContain(String(value));
    }
  });

  test('a default is what the description of its parameter says', () => {
    for (const { tool, argument, value } of argumentsFrom('default', domain)) {
      const saysSo = new RegExp(`'?${String(value)}'? unless`);
      expect(findDescription(tool, argument)).toMatch(saysSo);
    }
  });

  test('the share of turns that need the trace is as set, between three and five in ten', () => {
    const turns = dialoguesOf(domain).flatMap((dialogue) => dialogue.turns);
    const needing = turns.filter(({ sources }) => sources.some(({ source }) => source === 'trace'));
    const share = needing.length / turns.length;
    expect(share).toBeCloseTo(traceShare, 2);
    expect(share).toBeGreaterThanOrEqual(0.3);
    expect(share).toBeLessThanOrEqual(0.5);
  });
});

test('a trace share of zero makes a suite whose trace no call needs', () => {
  const settings = { ...BUILTIN_PRESETS.default, traceShare: 0 };
  for (const domain of DOMAIN_NAMES) {
    const labelled = dialoguesOf(domain, ['train'], [1], settings).flatMap(argumentsOf);
    expect(labelled.length).toBeGreaterThan(0);
    expect(labelled.filter(({ source }) => source === 'trace')).toEqual([]);
  }
});
