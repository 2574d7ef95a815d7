import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../contract/digest.ts';
import {
  baseDigest,
  blockKey,
  countKey,
  predictionKey,
  scoreKey,
  trainingSeeds,
} from '../../plan/keys.ts';
import { planOf } from './study.ts';

/**
 * Keys outlive versions: a store filled today is read by every later Ratchet. When one of these fails, either mend the
 * code, or raise KEY_FORMAT knowing that everything ever computed will be computed again.
 */
const BASE = { trainer: 'toy-1', hyperparameters: { lr: 0.1, epochs: 3 } };
const BLOCK = {
  ...BASE,
  parent: 'aa',
  data: 'bb',
  tools: 'cc',
  worldSize: 1,
  seeds: { order: 7, initialisation: 8 },
};
const PREDICTION = {
  weights: 'aa',
  prompts: 'bb',
  tools: 'cc',
  decoding: { temperature: 0, seed: 0 },
  generator: 'toy-1',
};
const SCORE = { prediction: 'aa', gold: 'bb', scorer: 'cc' };
const COUNT = { ...BASE, data: 'bb', tools: 'cc' };

const PINNED = [
  {
    name: 'baseDigest',
    key: baseDigest(BASE),
    text: '{"base":{"hyperparameters":{"epochs":3,"lr":0.1},"trainer":"toy-1"},"format":1}',
    hex: 'e32245d35c1e592acb1f8ec5c7233375c34b457f600590a6138151eb666d91b4',
  },
  {
    name: 'blockKey',
    key: blockKey(BLOCK),
    text: '{"block":{"data":"bb","hyperparameters":{"epochs":3,"lr":0.1},"parent":"aa","seeds":{"initialisation":8,"order":7},"tools":"cc","trainer":"toy-1","worldSize":1},"format":1}',
    hex: '6a61794cc4ae916c13397bf13ee189939843bf9be17be701fe914fd87096758d',
  },
  {
    name: 'predictionKey',
    key: predictionKey(PREDICTION),
    text: '{"format":1,"prediction":{"decoding":{"seed":0,"temperature":0},"generator":"toy-1","prompts":"bb","tools":"cc","weights":"aa"}}',
    hex: '1bf2e3529360acc81481638f0c0e643d8e5ad757676692c9832d90bc3fa17ea1',
  },
  {
    name: 'scoreKey',
    key: scoreKey(SCORE),
    text: '{"format":1,"score":{"gold":"bb","prediction":"aa","scorer":"cc"}}',
    hex: 'c6696ad31f82b944ae0c85cc30441cb5522ad6e3966154f372d922afdd4bbf62',
  },
  {
    name: 'countKey',
    key: countKey(COUNT),
    text: '{"count":{"data":"bb","hyperparameters":{"epochs":3,"lr":0.1},"tools":"cc","trainer":"toy-1"},"format":1}',
    hex: 'a9607f1e86fd9c3e558a9961a31baa6a1f484e0f6611b146a54fcdfb7dd87b6c',
  },
];

test.each(PINNED)('$name is the SHA-256 of its canonical JSON, for ever', ({ key, text, hex }) => {
  expect(createHash('sha256').update(text).digest('hex')).toBe(hex);
  expect(key).toBe(hex);
});

test('the seeds of one replication are pinned', () => {
  expect(trainingSeeds({ order: 1, initialisation: 1 })).toEqual({
    order: 1494332722,
    initialisation: 1449879472,
  });
  expect(trainingSeeds({ order: 2, initialisation: 2 })).toEqual({
    order: 1930400512,
    initialisation: 3786074350,
  });
});

test('the keys of a whole plan are pinned', () => {
  const { lineages } = planOf();
  expect(digestOf(lineages.map(({ blocks }) => blocks))).toBe(
    '72c04c3238ea86b37f367707a4b925ce6bcedc129d62746398f1294b481fde4a',
  );
});

describe('a key changes with everything that it covers', () => {
  test.each(Object.keys(BLOCK))('blockKey: %s', (field) => {
    expect(blockKey({ ...BLOCK, [field]: 'changed' })).not.toBe(blockKey(BLOCK));
  });
  test.each(Object.keys(PREDICTION))('predictionKey: %s', (field) => {
    expect(predictionKey({ ...PREDICTION, [field]: 'changed' })).not.toBe(
      predictionKey(PREDICTION),
    );
  });
  test.each(Object.keys(SCORE))('scoreKey: %s', (field) => {
    expect(scoreKey({ ...SCORE, [field]: 'changed' })).not.toBe(scoreKey(SCORE));
  });
  test.each(Object.keys(COUNT))('countKey: %s', (field) => {
    expect(countKey({ ...COUNT, [field]: 'changed' })).not.toBe(countKey(COUNT));
  });
});

test('a key does not depend on the order in which fields were written', () => {
  const reversed = Object.fromEntries(Object.entries(BLOCK).toReversed()) as typeof BLOCK;
  expect(blockKey(reversed)).toBe(blockKey(BLOCK));
});
