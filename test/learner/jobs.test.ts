import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Example, Message } from '../../contract/dialogue.ts';
import {
  countsOf,
  type JobFields,
  newFolder,
  readPredictions,
  runLearner,
  runToEnd,
  trainJob,
  writeLines,
  writeTools,
} from './learner-process.ts';
import { promptOf, toyExample, toyExamples, TOOLS } from './toy.ts';

const tools = writeTools(TOOLS);
const hyperparameters = { epochs: 1, tableBits: 14 };
const examples = toyExamples('from', 12, 1);
const data = writeLines(examples);
const train = trainJob({ data, tools, hyperparameters });

let weights: string;
beforeAll(async () => {
  weights = join((await runToEnd(train)).folder, 'weights');
});

const spoken = (words: number): Message => ({
  role: 'user',
  content: 'word '.repeat(words).trim(),
});
const withTurns = (id: string, ...turns: Message[]): Example => {
  const call = { name: 'FindTrips', arguments: { city: 'Oslo' } };
  const example = toyExample(id, '', [call], ['FindTrips']);
  return { ...example, messages: [...example.messages.slice(0, 1), ...turns] };
};

/** Long dialogues: 4 that fit, 3 that lose turns, 2 whose last turn is too long, 1 without calls, 1 of a tool not listed, 1 with a long target. */
function mixedExamples(): Example[] {
  return [
    ...[1, 2, 3, 4].map((at) => withTurns(`fits-${at}`, spoken(at))),
    ...[1, 2, 3].map((at) => withTurns(`cut-${at}`, spoken(30), spoken(30), spoken(30))),
    ...[1, 2].map((at) => withTurns(`dropped-${at}`, spoken(3), spoken(70))),
    toyExample('no-call', 'Hi.', [], ['FindTrips']),
    toyExample('not-listed', 'Hi.', [{ name: 'ListMuseums', arguments: {} }], ['FindTrips']),
    toyExample('long-target', 'Hi.', [
      { name: 'FindTrips', arguments: { city: 'Oslo '.repeat(40) } },
    ]),
  ];
}
const never = (): never => {
  throw new Error('nothing was counted');
};
const limits = { ...hyperparameters, maxPromptTokens: 64, maxTargetTokens: 32 };

test('count says what train processes, to the token', async () => {
  const mixed = writeLines(mixedExamples());
  const counted = await runToEnd({
    stage: 'count',
    tools,
    hyperparameters: limits,
    data: [
      { name: 'train', file: mixed },
      { name: 'toy', file: data },
    ],
    sizes: true,
  });
  const [{ sizes, ...count } = never(), toy] = countsOf(counted);
  expect(sizes?.map(({ turnsLost, dropped }) => (dropped ? 'dropped' : turnsLost))).toEqual([
    ...Array.from({ length: 4 }, () => 0),
    ...Array.from({ length: 3 }, () => 2),
    ...Array.from({ length: 5 }, () => 'dropped'),
  ]);
  for (const total of ['tokens', 'targetTokens'] as const)
    expect(sizes?.reduce((sum, size) => sum + size[total], 0)).toBe(count[total]);
  expect(count).toMatchObject({
    name: 'train',
    examples: 12,
    truncatedExamples: 3,
    truncatedTurns: 6,
    droppedExamples: 5,
  });
  expect(toy).toMatchObject({
    name: 'toy',
    examples: 12,
    truncatedExamples: 0,
    droppedExamples: 0,
  });
  expect(counted.events.at(-1)).toEqual({ type: 'result', steps: 0, tokens: 0 });

  const trained = await runToEnd(
    trainJob({ data: mixed, tools, hyperparameters: { ...limits, epochs: 3 } }),
  );
  expect(countsOf(trained)).toEqual([count]);
  expect(trained.events.at(-1)).toEqual({
    type: 'result',
    steps: 3 * Math.ceil(7 / 4),
    tokens: 3 * count.tokens,
  });
});

test('generate predicts every prompt in order and counts the cut ones, long last turns too', async () => {
  const prompts = mixedExamples().map(promptOf);
  const file = writeLines(prompts);
  const job: JobFields = {
    stage: 'generate',
    tools,
    hyperparameters: limits,
    weights,
    prompts: [
      { name: 'a', file },
      { name: 'b', file },
    ],
    decoding: { temperature: 0, seed: 0 },
  };
  const ended = await runToEnd(job);
  expect(readPredictions(ended.folder).map(({ id }) => id)).toEqual(prompts.map(({ id }) => id));
  expect(countsOf(ended)).toMatchObject([
    { name: 'a', examples: 12, truncatedExamples: 5, droppedExamples: 0 },
    { name: 'b', examples: 12, truncatedExamples: 5, droppedExamples: 0 },
  ]);
  const kinds = ended.events.filter(({ type }) => type !== 'progress').map(({ type }) => type);
  expect(kinds).toEqual(['count', 'predictions', 'count', 'predictions', 'result']);
});

test('sampling is repeatable, depends on its seed, and not on the order of the prompts', async () => {
  const prompts = examples.map(promptOf);
  const sample = async (list: typeof prompts, seed: number): Promise<Map<string, string>> => {
    const { folder } = await runToEnd({
      stage: 'generate',
      tools,
      hyperparameters,
      weights,
      prompts: [{ name: 'a', file: writeLines(list) }],
      decoding: { temperature: 1, seed },
    });
    return new Map(readPredictions(folder).map(({ id, text }) => [id, text]));
  };
  const first = await sample(prompts, 1);
  expect(await sample(prompts.toReversed(), 1)).toEqual(new Map([...first].toReversed()));
  expect(await sample(prompts, 2)).not.toEqual(first);
});

const generate: JobFields = {
  stage: 'generate',
  tools,
  hyperparameters,
  weights: null,
  prompts: [],
  decoding: { temperature: 0, seed: 0 },
};

const WRONG: [string, () => JobFields | string, RegExp][] = [
  ['a job that is no JSON', () => '{"stage":', /job\.json cannot be read as JSON/],
  ['an unknown stage', () => ({ ...train, stage: 'dream' as 'train' }), /stage/],
  ['another protocol', () => ({ ...train, protocol: 2 }), /protocol/],
  ['an unknown field', () => ({ ...train, gpu: true }), /gpu/],
  ['an unknown hyperparameter', () => ({ ...train, hyperparameters: { epoch: 1 } }), /epoch/],
  [
    'a hyperparameter of the wrong type',
    () => ({ ...train, hyperparameters: { epochs: '6' } }),
    /hyperparameters\.epochs/,
  ],
  ['no data file', () => ({ ...train, data: '/nowhere/data.jsonl' }), /nowhere/],
  ['no tools file', () => ({ ...train, tools: '/nowhere/tools.json' }), /nowhere/],
  ['a tool that is none', () => ({ ...train, tools: writeTools({ A: {} } as never) }), /'A'/],
  [
    'data that is no example',
    () => ({ ...train, data: writeLines([{ id: 'x' }]) }),
    /:1: expected/,
  ],
  ['data without examples', () => ({ ...train, data: writeLines([]) }), /nothing to learn from/],
  [
    'examples that none fits',
    () => ({ ...train, hyperparameters: { ...hyperparameters, maxPromptTokens: 16 } }),
    /no example that fits/,
  ],
  [
    'a tool that no table has',
    () => ({ ...train, data: writeLines([{ ...examples[0], tools: ['Nope'] }]) }),
    /'Nope'/,
  ],
  [
    'a temperature below zero',
    () => ({ ...generate, decoding: { temperature: -1, seed: 0 } }),
    /temperature/,
  ],
];

test.each(WRONG)('%s ends with exit code 78 and one clear line', async (_, job, message) => {
  const { code, stderr } = await runLearner(job());
  expect(code).toBe(78);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

const DAMAGES: [string, (folder: string) => void][] = [
  ['a missing file', (folder) => rmSync(join(folder, 'weights.bin'))],
  ['a missing manifest', (folder) => rmSync(join(folder, 'folder.json'))],
  ['a missing folder', (folder) => rmSync(folder, { recursive: true })],
  [
    'a flipped bit',
    (folder) => {
      const bytes = readFileSync(join(folder, 'weights.bin'));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(join(folder, 'weights.bin'), bytes);
    },
  ],
  ['a file cut short', (folder) => writeFileSync(join(folder, 'lexicon.json'), '{"tokens"')],
];

test.each(DAMAGES)('weights with %s end with exit code 65', async (_, damage) => {
  const copy = newFolder();
  cpSync(weights, copy, { recursive: true });
  damage(copy);
  for (const job of [
    { ...train, parent: copy },
    { ...train, resume: copy },
    { ...generate, weights: copy },
  ]) {
    const { code, stderr } = await runLearner(job);
    expect({ code, stderr }).toMatchObject({ code: 65 });
    expect(stderr).toContain(copy);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});
