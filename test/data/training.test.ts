import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../contract/digest.ts';
import type { Example, Prompt } from '../../contract/dialogue.ts';
import { renderTools } from '../../data/data-file.ts';
import { renderHeldOut } from '../../data/held-out.ts';
import { openSuite } from '../../data/open-suite.ts';
import type { Suite } from '../../data/suite.ts';
import { renderTraining, type TrainingRequest } from '../../data/training.ts';
import type { Condition } from '../../spec/sweep.ts';
import { API_BANK, dialogueEntries, sourceOf } from './api-bank-fixture.ts';
import { apiBankMissing, readApiBank } from './api-bank-source.ts';
import { KEEP, linesOf, seedsOf } from './rendering.ts';

const names = Array.from({ length: 20 }, (_, index) => `User${index}`);
const fixture = openSuite(API_BANK, [sourceOf(names.flatMap(dialogueEntries))]);
const STRIP: Condition = { ...KEEP, trace: { train: 'strip', eval: 'strip' } };

const train = (request: Partial<TrainingRequest> = {}, suite: Suite = fixture): Example[] =>
  linesOf(
    renderTraining(suite, { condition: KEEP, seeds: seedsOf(1), path: [['schedule']], ...request })
      .bytes,
  );

const idsOf = (examples: readonly { id: string }[]): string[] => examples.map(({ id }) => id);

const heldOut = (seed = 1, condition = KEEP): Prompt[] =>
  linesOf(
    renderHeldOut(fixture, {
      condition,
      seeds: seedsOf(seed),
      domain: 'schedule',
      limit: undefined,
    }).prompts.bytes,
  );

describe('the two sides of a split', () => {
  test('hold every example once', () => {
    const sides = [train(), heldOut()];
    expect(sides.map(({ length }) => length)).toEqual([16, 4]);
    expect(sides.flatMap(idsOf).toSorted()).toEqual(names.map((name) => `${name}#2`).toSorted());
  });

  test('prompts hold no target', () => {
    for (const prompt of heldOut()) {
      expect(Object.keys(prompt).toSorted()).toEqual(['dialogue', 'id', 'messages', 'tools']);
      expect(JSON.stringify(prompt)).not.toContain('AddMeeting(');
    }
  });

  test('each side is rendered under its own half of the condition', () => {
    const crossed: Condition = { ...KEEP, trace: { train: 'keep', eval: 'strip' } };
    expect(train({ condition: crossed })).toEqual(train());
    expect(heldOut(1, crossed)).toEqual(heldOut(1, STRIP));
    expect(heldOut(1, STRIP)).not.toEqual(heldOut());
  });

  test('evaluate.limit takes the first prompts', () => {
    const request = { condition: KEEP, seeds: seedsOf(1), domain: 'schedule' };
    const few = renderHeldOut(fixture, { ...request, limit: 2 });
    expect(idsOf(linesOf(few.prompts.bytes))).toEqual(idsOf(heldOut()).slice(0, 2));
    expect(idsOf(linesOf(few.gold.bytes))).toEqual(idsOf(heldOut()).slice(0, 2));
  });

  test('five seeds in a row hold out every dialogue once', () => {
    const held = [1, 2, 3, 4, 5].flatMap((seed) => idsOf(heldOut(seed)));
    expect(held.toSorted()).toEqual(names.map((name) => `${name}#2`).toSorted());
  });
});

test('conditions render the same examples with the same targets in the same order', () => {
  const stripped = train({ condition: STRIP });
  for (const [index, kept] of train().entries()) {
    expect({ ...stripped[index], messages: kept.messages }).toEqual(kept);
  }
});

test('the bytes are pinned: others would change every key', () => {
  const { bytes } = renderTraining(fixture, {
    condition: KEEP,
    seeds: seedsOf(1),
    path: [['schedule']],
  });
  const request = { condition: KEEP, seeds: seedsOf(1), domain: 'schedule', limit: undefined };
  const { prompts, gold } = renderHeldOut(fixture, request);
  const digests = [bytes, prompts.bytes, gold.bytes, renderTools(fixture)].map(sha256Hex);
  expect(digests.map((digest) => digest.slice(0, 12))).toEqual([
    'b8b3db83612e',
    '3f393299d7ec',
    '065502e405cf',
    '7679a3f7f48f',
  ]);
});

describe('how much a block trains on', () => {
  test('limit takes the first examples, so that a smaller one is part of a larger', () => {
    const few = train({ condition: { ...KEEP, limit: 3 } });
    expect(few).toEqual(train().slice(0, 3));
    expect(train({ condition: { ...KEEP, limit: 1000 } })).toEqual(train());
  });

  test('matched tokens take the first examples too', () => {
    expect(train({ take: 5 })).toEqual(train().slice(0, 5));
    expect(train({ take: 5, condition: { ...KEEP, limit: 3 } })).toEqual(train().slice(0, 3));
  });

  test('upsample repeats whole passes, each repetition under an id of its own', () => {
    const many = train({ condition: { ...KEEP, limit: 3, upsample: 7 } });
    const [a, b, c] = idsOf(train());
    expect(idsOf(many)).toEqual([a, b, c, `${a}~2`, `${b}~2`, `${c}~2`, `${a}~3`]);
    expect(many.slice(3, 6).map(({ messages }) => messages)).toEqual(
      many.slice(0, 3).map(({ messages }) => messages),
    );
  });

  test('joint training takes every domain of its one block', () => {
    const joint = train({ path: [['account', 'schedule']] });
    expect(joint).toEqual([...train({ path: [['account']] }), ...train()]);
  });
});

const replay = (share: number, path: string[][], seed = 1): Example[] =>
  train({ condition: { ...KEEP, replay: share }, path, seeds: seedsOf(seed) });

describe('replay', () => {
  const OWN = 16;

  test('adds its share of earlier domains to a block, and nothing to the first', () => {
    const block = replay(0.25, [['account'], ['schedule']]);
    expect(block.slice(0, OWN)).toEqual(train());
    expect(block).toHaveLength(OWN + 4);
    const earlier = idsOf(train({ path: [['account']] }));
    for (const { id } of block.slice(OWN)) expect(earlier).toContain(id);
    expect(replay(0.25, [['schedule']])).toEqual(train());
  });

  test('draws an example again only when every one was drawn', () => {
    const block = idsOf(replay(1.5, [['account'], ['schedule']])).slice(OWN);
    expect(block).toHaveLength(24);
    expect(new Set(block).size).toBe(24);
    expect(new Set(block.slice(0, 16).map((id) => id.split('~')[0])).size).toBe(16);
  });

  test('draws by the seed, and alike after the same domains in another order', () => {
    const [a, b] = [1, 2].map((seed) => idsOf(replay(0.25, [['account'], ['schedule']], seed)));
    expect(a).not.toEqual(b);
    expect(replay(0.25, [['account'], ['info'], ['schedule']])).toEqual(
      replay(0.25, [['info'], ['account'], ['schedule']]),
    );
  });

  test('never replays what is held out', () => {
    const held = linesOf<Prompt>(
      renderHeldOut(fixture, {
        condition: KEEP,
        seeds: seedsOf(1),
        domain: 'account',
        limit: undefined,
      }).prompts.bytes,
    ).map(({ dialogue }) => dialogue);
    const replayed = replay(1, [['account'], ['schedule']]).map(({ dialogue }) => dialogue);
    expect(replayed.filter((dialogue) => held.includes(dialogue))).toEqual([]);
  });
});

describe('leaks are refused', () => {
  test('a dialogue on both sides, in whatever domains', () => {
    const leaking: Suite = {
      ...fixture,
      examples: (domain, seed) => fixture.examples(domain, domain === 'account' ? seed : seed + 1),
    };
    const both = /dialogue 'User\d+' is on both sides/;
    expect(() => train({}, leaking)).toThrow(both);
    expect(() =>
      renderHeldOut(leaking, {
        condition: KEEP,
        seeds: seedsOf(1),
        domain: 'account',
        limit: undefined,
      }),
    ).toThrow(both);
  });

  test('an example without a target', () => {
    const empty: Suite = {
      ...fixture,
      examples: (domain, seed) => {
        const sides = fixture.examples(domain, seed);
        return { ...sides, train: sides.train.map((example) => ({ ...example, target: [] })) };
      },
    };
    expect(() => train({}, empty)).toThrow('has no target');
  });
});

test.skipIf(apiBankMissing)(
  `no dialogue of API-Bank is on both sides ${apiBankMissing ?? ''}`,
  () => {
    const suite = openSuite(API_BANK, [readApiBank()]);
    for (const seed of [0, 1, 2, 3, 4]) {
      const trained = new Set<string>();
      const held = new Set<string>();
      for (const domain of suite.domains) {
        for (const { dialogue } of train({ seeds: seedsOf(seed), path: [[domain]] }, suite))
          trained.add(dialogue);
        const request = { condition: KEEP, seeds: seedsOf(seed), domain, limit: undefined };
        const prompts = linesOf<Prompt>(renderHeldOut(suite, request).prompts.bytes);
        for (const { dialogue } of prompts) held.add(dialogue);
        expect(prompts.length).toBeGreaterThanOrEqual(10);
      }
      expect([...held].filter((dialogue) => trained.has(dialogue))).toEqual([]);
      expect(trained.size + held.size).toBe(212);
    }
  },
);
