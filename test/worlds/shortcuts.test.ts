import { describe, expect, test } from 'vitest';
import type { Json, Message } from '../../contract/dialogue.ts';
import type { LabelledArgument } from './suite-fixture.ts';
import type { WorldDialogue } from '../../worlds/dialogue.ts';
import {
  argumentsOf,
  columnsWith,
  dialoguesOf,
  MEASURED_DOMAINS,
  SEEDS,
  listingsOf,
  textOf,
} from './suite-fixture.ts';

const CEILING = 0.3;

/**
 * A copy of one value from the trace, with the values of its field in the listing that it stands
 * in.
 */
interface Copy {
  argument: LabelledArgument;
  column: Json[];
  place: number;
}

function copiesOf(dialogues: readonly WorldDialogue[]): Copy[] {
  return dialogues.flatMap(argumentsOf).flatMap((argument) => {
    const { source, value, messages } = argument;
    if (source !== 'trace' || Array.isArray(value)) return [];
    const [column] = columnsWith(String(value), messages);
    if (!column) throw new RangeError(`${argument.tool}.${argument.argument}`);
    return [{ argument, column, place: column.indexOf(value) }];
  });
}

/** What a value looks like: letters and digits by kind. */
function shapeOf(value: Json): string {
  return `${typeof value} ${String(value).replace(/\d+/g, '9')}`;
}

function valuesLike(value: Json, messages: readonly Message[]): Json[] {
  const all = listingsOf(messages).flatMap((rows) => rows.flatMap((row) => Object.values(row)));
  return all.filter((candidate) => shapeOf(candidate) === shapeOf(value));
}

function wordsOfLastTurn({ messages }: LabelledArgument): Set<string> {
  return new Set(textOf(messages.slice(-1), 'user').toLowerCase().match(/\w+/g));
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}

type Rule = (copy: Copy) => Json | undefined;

function shareOf(copies: readonly Copy[], rule: Rule): number {
  const right = copies.filter((copy) => rule(copy) === copy.argument.value);
  return right.length / copies.length;
}

const copyLast: Rule = ({ argument: { value, messages } }) => valuesLike(value, messages).at(-1);
const copyFirst: Rule = ({ column }) => column[0];

/** Copies from the place that the most similar request for the same tool copied from. */
function copyLikeNeighbour(known: readonly Copy[]): Rule {
  return ({ argument, column }) => {
    const words = wordsOfLastTurn(argument);
    const neighbours = known
      .filter((copy) => copy.argument.tool === argument.tool)
      .map((copy) => ({ copy, near: overlap(words, wordsOfLastTurn(copy.argument)) }))
      .toSorted((a, b) => b.near - a.near);
    return column[Math.min(neighbours[0]?.copy.place ?? 0, column.length - 1)];
  };
}

describe.each(MEASURED_DOMAINS)(
  'preset $preset, in $domain a rule that does not read is right at most 30 times in 100:',
  ({ domain, settings }) => {
    const train = copiesOf(dialoguesOf(domain, ['train'], SEEDS, settings));
    const heldOut = copiesOf(dialoguesOf(domain, ['heldOut'], SEEDS, settings));

    test('copying the last value that looks like it', () => {
      expect(shareOf([...train, ...heldOut], copyLast)).toBeLessThanOrEqual(CEILING);
    });

    test('copying the first of the listing', () => {
      expect(shareOf([...train, ...heldOut], copyFirst)).toBeLessThanOrEqual(CEILING);
    });

    test('copying from the place that the nearest neighbour in training copied from', () => {
      expect(shareOf(heldOut, copyLikeNeighbour(train))).toBeLessThanOrEqual(CEILING);
    });
  },
);
