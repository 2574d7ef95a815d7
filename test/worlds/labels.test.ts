import { describe, expect, test } from 'vitest';
import { BUILTIN_DOMAINS } from '../../worlds/builtin-suite.ts';
import { BUILTIN_DEFAULTS } from '../../worlds/settings.ts';
import type { LabelledArgument } from './suite-fixture.ts';
import {
  argumentsOf,
  dialoguesOf,
  DOMAIN_NAMES,
  listingsOf,
  textOf,
  wordsOf,
} from './suite-fixture.ts';

describe.each(DOMAIN_NAMES)('in %s', (domain) => {
  const dialogues = dialoguesOf(domain);
  const labelled = dialogues.flatMap(argumentsOf);
  const from = (source: string): LabelledArgument[] => {
    return labelled.filter((argument) => argument.source === source);
  };

  test('what a user is said to say stands verbatim in a user turn', () => {
    for (const { value, messages } of from('user')) {
      const said = textOf(messages, 'user');
      for (const words of wordsOf(value)) expect(said).toContain(words);
    }
  });

  test('what comes from the trace stands in an earlier result and in nothing that strip leaves', () => {
    expect(from('trace').length).toBeGreaterThan(100);
    for (const { value, messages } of from('trace')) {
      const results = textOf(messages, 'tool');
      const left = textOf(messages, 'system', 'user', 'assistant');
      for (const words of wordsOf(value)) {
        expect(results).toContain(words);
        expect(left).not.toContain(words);
      }
    }
  });

  test('each copy from the trace has at least three other values of its field to choose from', () => {
    for (const { value, messages } of from('trace')) {
      for (const words of wordsOf(value)) {
        const listing = listingsOf(messages).find((rows) => {
          return rows.some((row) => Object.values(row).map(String).includes(words));
        });
        const meant = listing?.find((row) => Object.values(row).map(String).includes(words));
        const [field = ''] = Object.entries(meant ?? {}).find(([, v]) => String(v) === words) ?? [];
        const values = new Set(listing?.map((row) => row[field]));
        expect(values.size).toBeGreaterThanOrEqual(BUILTIN_DEFAULTS.candidates.min);
      }
    }
  });

  test('what follows from the words of a user is not said in that turn as the tool takes it', () => {
    for (const { value, messages } of from('derived')) {
      expect(textOf(messages.slice(-1), 'user')).not.toContain(String(value));
    }
  });

  test('a default is what the description of its parameter says', () => {
    const tools = BUILTIN_DOMAINS.flatMap(({ tools: behaviours }) => behaviours);
    for (const { tool: name, argument, value } of from('default')) {
      const tool = tools.find((candidate) => candidate.tool.function.name === name)?.tool;
      const description = tool?.function.parameters.properties[argument]?.description;
      expect(description).toMatch(new RegExp(`'?${String(value)}'? unless`));
    }
  });

  test('the trace is needed by three to five turns in ten, as set', () => {
    const turns = dialogues.flatMap((dialogue) => dialogue.turns);
    const needing = turns.filter(({ sources }) => sources.some(({ source }) => source === 'trace'));
    const share = needing.length / turns.length;
    expect(share).toBeCloseTo(BUILTIN_DEFAULTS.traceShare, 2);
    expect(1 - share).toBeGreaterThanOrEqual(0.5);
    expect(1 - share).toBeLessThanOrEqual(0.7);
  });
});

test('a trace share of zero makes a suite whose trace no call needs', () => {
  const settings = { ...BUILTIN_DEFAULTS, traceShare: 0 };
  for (const domain of DOMAIN_NAMES) {
    const labelled = dialoguesOf(domain, ['train'], [1], settings).flatMap(argumentsOf);
    expect(labelled.length).toBeGreaterThan(0);
    expect(labelled.filter(({ source }) => source === 'trace')).toEqual([]);
  }
});
