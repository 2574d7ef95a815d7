import { expect, test } from 'vitest';
import type { Example, Json, ToolTable } from '../../contract/dialogue.ts';
import { learnLesson, prepareLesson } from '../../learner/lesson.ts';
import type { CandidateSet } from '../../learner/candidates.ts';
import { Fitting } from '../../learner/fit.ts';
import { growLexicon } from '../../learner/grow-lexicon.ts';
import { createModel } from '../../learner/model.ts';
import { writeScript } from '../../learner/script.ts';
import { walkCalls } from '../../learner/walk.ts';
import { toyExample, TOOLS } from './toy.ts';

const LIMITS = { maxPromptTokens: 4096, maxTargetTokens: 512 };

const TYPED: ToolTable = {
  Plan: {
    type: 'function',
    function: {
      name: 'Plan',
      description: 'Plans.',
      parameters: {
        type: 'object',
        properties: {
          when: { type: 'object', properties: { hour: { type: 'integer' }, day: {} } },
          guests: { type: 'array', items: { type: 'string' } },
          price: { type: 'number' },
          open: { type: 'boolean' },
        },
      },
    },
  },
};

const prepare = (example: Example, tools: ToolTable) => {
  const model = createModel(14);
  const fitted = new Fitting(tools, LIMITS).fitExample(example);
  if (!fitted) throw new Error('dropped');
  growLexicon(model, [fitted], tools);
  return { model, lesson: prepareLesson(fitted, model) };
};

/** Walks along the script and notes whether every outcome was among the candidates. */
const follow = (example: Example, tools: ToolTable) => {
  const { model, lesson } = prepare(example, tools);
  const offered: boolean[] = [];
  let at = 0;
  const choose = (candidates: CandidateSet): number => {
    const outcome = lesson.script[at++] ?? -1;
    offered.push(candidates.outcomes.subarray(0, candidates.count).includes(outcome));
    return outcome;
  };
  const calls = walkCalls(model, lesson.prompt, { choose });
  return { calls, offered, used: at, scripted: lesson.script.length };
};

const VALUES: Record<string, Json> = {
  'text with quotes and signs': 'It\'s "fine", {ok}: [é] \\ 50 %',
  'an empty text': '',
  'a whole number for `number`': 3,
  'a fraction': -2.75,
  null: null,
  'a list of mixed values': ['a b', 4, true, null, ['deep']],
  'an object': { z: 'last', a: { b: [1, 2] } },
};

test.each(Object.entries(VALUES))('the walk along the script writes %s', (_, value) => {
  const target = [
    { name: 'Plan', arguments: { price: value, guests: [], unlisted: value } },
    { name: 'Plan', arguments: { open: false, when: { hour: 7, extra: 'x', day: value } } },
  ];
  const { calls, offered, used, scripted } = follow(
    toyExample('a', 'Hi.', target, ['Plan']),
    TYPED,
  );
  expect(calls).toEqual(target);
  expect(offered).not.toContain(false);
  expect(used).toBe(scripted);
});

test('arguments are learned in the schema’s order, whatever order the target has', () => {
  const one = writeScript([{ name: 'Plan', arguments: { open: true, price: 1 } }], TYPED);
  const other = writeScript([{ name: 'Plan', arguments: { price: 1, open: true } }], TYPED);
  expect(one).toEqual(other);
});

test('no calls, no script', () => {
  expect(writeScript([], TYPED)).toEqual([]);
});

test('what can neither be generated nor copied costs, and leaves the parameters alone', () => {
  const example = toyExample('a', 'Trips from Oslo', [
    { name: 'FindTrips', arguments: { city: 'Oslo' } },
  ]);
  const { model, lesson } = prepare(example, TOOLS);
  const unknown = model.symbols.intern('Nowhere');
  const script = lesson.script.map((symbol) =>
    model.symbols.text(symbol) === 'Oslo' ? unknown : symbol,
  );
  expect(learnLesson({ ...lesson, script }, model)).toBeGreaterThan(20);
  model.parameters.step(1, 0);
  expect(model.parameters.weights.every((weight) => Number.isFinite(weight))).toBe(true);
});
