import { describe, expect, test } from 'vitest';
import type { Json, ToolCall } from '../../contract/dialogue.ts';
import { verifyCalls } from '../../worlds/verify.ts';
import { dialoguesOf, DOMAIN_NAMES } from './suite-fixture.ts';

/** Another value of the same type. */
function corrupt(value: Json): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.slice(1);
  return `${String(value)}x`;
}

describe.each(DOMAIN_NAMES)('in %s', (domain) => {
  const dialogues = dialoguesOf(domain, ['heldOut'], [1]).map(({ world, turns }) => {
    return { world, gold: turns.flatMap(({ calls }) => calls) };
  });

  test('a corrupted argument is rejected, whichever it is', () => {
    for (const { world, gold } of dialogues) {
      for (const [at, call] of gold.entries()) {
        for (const [name, value] of Object.entries(call.arguments)) {
          const wrong: ToolCall = {
            name: call.name,
            arguments: { ...call.arguments, [name]: corrupt(value) },
          };
          expect(verifyCalls(world, gold, gold.with(at, wrong)).right).toBe(false);
        }
      }
    }
  });

  test('a missing call is rejected, whichever it is, and named', () => {
    for (const { world, gold } of dialogues) {
      for (const [at, { name }] of gold.entries()) {
        const verdict = verifyCalls(world, gold, gold.toSpliced(at, 1));
        expect(verdict.right).toBe(false);
        expect(verdict.faults[0]).toContain(`missing: [${name}(`);
      }
    }
  });

  test('further look-ups and refused attempts are no mistake', () => {
    for (const { world, gold } of dialogues) {
      const [lookUp] = gold;
      const refused: ToolCall = { name: 'Nothing', arguments: {} };
      const calls = [refused, ...(lookUp ? [lookUp] : []), ...gold];
      expect(verifyCalls(world, gold, calls)).toEqual({ right: true, faults: [] });
    }
  });

  test('no calls at all are rejected', () => {
    for (const { world, gold } of dialogues) expect(verifyCalls(world, gold, []).right).toBe(false);
  });
});

test('a further call that changes the state is rejected', () => {
  const [dialogue] = dialoguesOf('travel', ['train'], [1]);
  if (!dialogue) throw new RangeError('no dialogue');
  const gold = dialogue.turns.flatMap(({ calls }) => calls);
  const watch: ToolCall = {
    name: 'WatchPrice',
    arguments: { from: 'Oslo', to: 'Riga', amount: 5 },
  };
  expect(verifyCalls(dialogue.world, gold, [...gold, watch])).toEqual({
    right: false,
    faults: ['the final state is not the one that the gold calls lead to'],
  });
});

test('two calls of one turn may come in either order', () => {
  const dialogues = dialoguesOf('clinic', ['train'], [1]);
  const turnOfTwo = dialogues.find(({ turns }) => turns.some(({ calls }) => calls.length === 2));
  if (!turnOfTwo) throw new RangeError('no turn of two calls');
  const gold = turnOfTwo.turns.flatMap(({ calls }) => calls);
  const swapped = turnOfTwo.turns.flatMap(({ calls }) => calls.toReversed());
  expect(swapped).not.toEqual(gold);
  expect(verifyCalls(turnOfTwo.world, gold, swapped).right).toBe(true);
});

test('the faults of a wrong answer tell what was refused', () => {
  const [dialogue] = dialoguesOf('library', ['train'], [1]);
  if (!dialogue) throw new RangeError('no dialogue');
  const gold = dialogue.turns.flatMap(({ calls }) => calls);
  const { faults } = verifyCalls(dialogue.world, gold, [{ name: 'FindBook', arguments: {} }]);
  expect(faults).toContainEqual(expect.stringContaining("did you mean 'FindBooks'?"));
});
