import { expect, test } from 'vitest';
import { createRandom } from '../../contract/random.ts';
import type { Example, ToolTable } from '../../contract/dialogue.ts';
import { learnLesson, prepareLesson } from '../../learner/lesson.ts';
import type { CandidateSet } from '../../learner/candidates.ts';
import { Fitting } from '../../learner/fit.ts';
import { growLexicon } from '../../learner/grow-lexicon.ts';
import { createModel } from '../../learner/model.ts';
import { walkCalls } from '../../learner/walk.ts';

/** Every kind of decision: two calls, all forms, an argument that no schema lists, copies from a trace and a day. */
const TOOLS: ToolTable = {
  Reserve: {
    type: 'function',
    function: {
      name: 'Reserve',
      description: 'Reserves a book.',
      parameters: {
        type: 'object',
        properties: {
          code: { type: 'string', description: 'code of the book' },
          day: { type: 'string', description: 'Format: %Y-%m-%d %H:%M:%S' },
          copies: { type: 'integer' },
          large: { type: 'boolean' },
          names: { type: 'array', items: { type: 'string' } },
        },
        required: ['code'],
      },
    },
  },
  Search: {
    type: 'function',
    function: {
      name: 'Search',
      description: 'Searches.',
      parameters: { type: 'object', properties: { title: { type: 'string' } } },
    },
  },
};

const EXAMPLE: Example = {
  id: 'e',
  dialogue: 'd',
  tools: ['Search', 'Reserve'],
  messages: [
    { role: 'system', content: 'The current year is 2023.' },
    { role: 'user', content: 'Do you have Tin Soldiers?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: '1',
          type: 'function',
          function: { name: 'Search', arguments: '{"title":"Tin Soldiers"}' },
        },
      ],
    },
    {
      role: 'tool',
      tool_call_id: '1',
      content: '[{"code":"B77","title":"Tin Soldiers"},{"code":"B81"}]',
    },
    { role: 'assistant', content: 'Which day?' },
    {
      role: 'user',
      content: 'Reserve Tin Soldiers for March 5th at 3 pm, 12 copies, for Ann and Bo Li.',
    },
  ],
  target: [
    {
      name: 'Reserve',
      arguments: {
        code: 'B77',
        day: '2023-03-05 15:00:00',
        copies: 12,
        large: true,
        names: ['Ann', 'Bo Li'],
        note: { kind: null },
      },
    },
    { name: 'Search', arguments: { title: 'Soldiers' } },
  ],
};

function prepare() {
  const model = createModel(18);
  const fitted = new Fitting(TOOLS, { maxPromptTokens: 999, maxTargetTokens: 99 }).fitExample(
    EXAMPLE,
  );
  if (!fitted) throw new Error('dropped');
  growLexicon(model, [fitted], TOOLS);
  const lesson = prepareLesson(fitted, model);
  // Powers of two as a unit: adding and subtracting the difference below loses nothing in 32 bits.
  const random = createRandom(7);
  model.parameters.weights.forEach((_, index, weights) => {
    weights[index] = (random.below(129) - 64) / 256;
  });
  return { model, lesson };
}

test('the gradient of every decision is that of finite differences', () => {
  const { model, lesson } = prepare();
  const { weights } = model.parameters;
  const random = createRandom(11);
  const sampled = new Set<number>();
  let at = 0;
  const choose = (candidates: CandidateSet): number => {
    const used = [...candidates.features.subarray(0, candidates.starts[candidates.count])];
    for (const index of random.shuffle(used).slice(0, 5)) sampled.add(index);
    return lesson.script[at++] ?? -1;
  };
  walkCalls(model, lesson.prompt, { choose });
  expect(at).toBe(lesson.script.length);

  learnLesson(lesson, model, 0);
  const slopes = new Map([...sampled].map((index) => [index, model.parameters.gradientAt(index)]));
  model.parameters.forgetGradient();
  const lossAt = (index: number, shift: number): number => {
    const weight = weights[index] as number;
    weights[index] = weight + shift;
    const loss = learnLesson(lesson, model, 0);
    model.parameters.forgetGradient();
    weights[index] = weight;
    return loss;
  };
  const shift = 2 ** -8;
  for (const [index, slope] of slopes) {
    const difference = (lossAt(index, shift) - lossAt(index, -shift)) / (2 * shift);
    expect(Math.abs(slope - difference)).toBeLessThan(1e-3 * (1 + Math.abs(difference)));
  }
  expect([...slopes.values()].filter((slope) => Math.abs(slope) > 0.01).length).toBeGreaterThan(50);
});

test('leaving negligible slopes out changes the gradient little', () => {
  const { model, lesson } = prepare();
  const exact = learnLesson(lesson, model, 0);
  model.parameters.forgetGradient();
  expect(learnLesson(lesson, model)).toBe(exact);
});

test('a step moves against the gradient, AdaGrad’s way', () => {
  const { model, lesson } = prepare();
  const before = learnLesson(lesson, model);
  model.parameters.step(0.1, 0);
  const after = learnLesson(lesson, model);
  expect(after).toBeLessThan(before);
});
