import { expect, test } from 'vitest';
import { sha256Hex } from '../../contract/digest.ts';
import type { Example, Gold, Prompt } from '../../contract/dialogue.ts';
import { renderDataset, renderTools, type Dataset } from '../../data/datasets.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { dialogueEntries, sourceOf } from './api-bank-fixture.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';

const names = Array.from({ length: 20 }, (_, index) => `User${index}`);
const fixture = openSuite({ kind: 'api-bank', tools: 'domain' }, [
  sourceOf(names.flatMap(dialogueEntries)),
]);

const render = (suite: Suite, trace: 'keep' | 'strip', domain = 'schedule', seed = 1): Dataset =>
  renderDataset(suite, { seed, rendering: { trace }, domain });

const lines = <T>(bytes: Uint8Array): T[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);

test('the files of a dataset hold the two sides of the split', () => {
  const dataset = render(fixture, 'keep');
  const train = lines<Example>(dataset.train);
  const prompts = lines<Prompt>(dataset.prompts);
  const gold = lines<Gold>(dataset.gold);
  expect(train).toHaveLength(16);
  expect(prompts).toHaveLength(4);
  expect(gold.map(({ id }) => id)).toEqual(prompts.map(({ id }) => id));
  expect(dataset.counts).toEqual({
    train: { examples: { total: 16, withTrace: 16, withoutTrace: 0 }, dialogues: 16 },
    heldOut: { examples: { total: 4, withTrace: 4, withoutTrace: 0 }, dialogues: 4 },
  });
});

test('prompts hold no target', () => {
  for (const prompt of lines<Prompt>(render(fixture, 'keep').prompts)) {
    expect(Object.keys(prompt).toSorted()).toEqual(['dialogue', 'id', 'messages', 'tools']);
    expect(JSON.stringify(prompt)).not.toContain('AddMeeting(');
  }
});

test('conditions render the same examples with the same targets in the same order', () => {
  const [keep, strip] = [render(fixture, 'keep'), render(fixture, 'strip')];
  const stripped = lines<Example>(strip.train);
  for (const [index, kept] of lines<Example>(keep.train).entries()) {
    expect({ ...stripped[index], messages: kept.messages }).toEqual(kept);
  }
  expect(strip.gold).toEqual(keep.gold);
  expect(strip.train).not.toEqual(keep.train);
  expect(strip.counts.train.examples.withTrace).toBe(0);
});

test('a dataset has the same bytes every time', () => {
  const again = openSuite({ kind: 'api-bank', tools: 'domain' }, [
    sourceOf(names.toReversed().flatMap((name) => dialogueEntries(name).toReversed())),
  ]);
  expect(render(again, 'keep')).toEqual(render(fixture, 'keep'));
});

test('the bytes are pinned: others would change every key', () => {
  const { train, prompts, gold } = render(fixture, 'keep');
  const digests = [train, prompts, gold, renderTools(fixture)].map(sha256Hex);
  expect(digests.map((digest) => digest.slice(0, 12))).toEqual([
    'b8b3db83612e',
    '3f393299d7ec',
    '065502e405cf',
    '7679a3f7f48f',
  ]);
});

test('the tools file holds every tool that an example lists', () => {
  const tools = JSON.parse(Buffer.from(renderTools(fixture)).toString()) as object;
  for (const example of lines<Example>(render(fixture, 'keep').train)) {
    for (const name of example.tools) expect(tools).toHaveProperty(name);
  }
});

test('five seeds in a row hold out every dialogue once', () => {
  const held = [1, 2, 3, 4, 5].flatMap((seed) =>
    lines<Prompt>(render(fixture, 'keep', 'schedule', seed).prompts).map(({ id }) => id),
  );
  expect(held.toSorted()).toEqual(names.map((name) => `${name}#2`).toSorted());
});

test('a suite that leaks a dialogue across domains is refused', () => {
  const leaking: Suite = {
    ...fixture,
    examples: (domain, seed) => fixture.examples(domain, domain === 'account' ? seed : seed + 1),
  };
  expect(() => render(leaking, 'keep')).toThrow(/dialogue 'User\d+' is on both sides/);
});

test('an example without a target is refused', () => {
  const empty: Suite = {
    ...fixture,
    examples: (domain, seed) => {
      const { train, heldOut } = fixture.examples(domain, seed);
      return { train: train.map((example) => ({ ...example, target: [] })), heldOut };
    },
  };
  expect(() => render(empty, 'keep')).toThrow('has no target');
});

test.skipIf(apiBankMissing)(
  `no dialogue of API-Bank is on both sides ${apiBankMissing ?? ''}`,
  () => {
    const suite = openSuite({ kind: 'api-bank', tools: 'domain' }, [readApiBank()]);
    for (const seed of [0, 1, 2, 3, 4]) {
      const train = new Set<string>();
      const held = new Set<string>();
      for (const domain of suite.domains) {
        const dataset = render(suite, 'keep', domain, seed);
        for (const example of lines<Example>(dataset.train)) train.add(example.dialogue);
        for (const prompt of lines<Prompt>(dataset.prompts)) held.add(prompt.dialogue);
        expect(dataset.counts.heldOut.examples.total).toBeGreaterThanOrEqual(10);
      }
      expect([...held].filter((dialogue) => train.has(dialogue))).toEqual([]);
      expect(train.size + held.size).toBe(212);
    }
  },
);
