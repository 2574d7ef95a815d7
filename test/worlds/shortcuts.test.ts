import { describe, expect, test } from 'vitest';
import type { Json, Message } from '../../contract/dialogue.ts';
import type { LabelledArgument } from './suite-fixture.ts';
import { argumentsOf, dialoguesOf, DOMAIN_NAMES, listingsOf, textOf } from './suite-fixture.ts';

const CEILING = 0.3;

/** A copy of one value from the trace, with the values of its field in the listing that it stands in. */
interface Copy {
  argument: LabelledArgument;
  column: Json[];
  place: number;
}

function copiesOf(arguments_: readonly LabelledArgument[]): Copy[] {
  return arguments_.flatMap((argument) => {
    if (argument.source !== 'trace' || Array.isArray(argument.value)) return [];
    const columns = listingsOf(argument.messages).flatMap((rows) => {
      const fields = Object.keys(rows[0] ?? {});
      return fields.map((field) => rows.map((row) => row[field] ?? null));
    });
    const column = columns.find((values) => values.includes(argument.value));
    if (!column) throw new RangeError(`${argument.tool}.${argument.argument}`);
    return [{ argument, column, place: column.indexOf(argument.value) }];
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

function shareOf(copies: readonly Copy[], predict: (copy: Copy) => Json | undefined): number {
  const right = copies.filter((copy) => predict(copy) === copy.argument.value);
  return right.length / copies.length;
}

describe.each(DOMAIN_NAMES)(
  'in %s a rule that does not read is right in at most 30 %%:',
  (domain) => {
    const known = copiesOf(dialoguesOf(domain, ['train']).flatMap(argumentsOf));
    const asked = copiesOf(
      dialoguesOf(domain, ['heldOut'], [1, 2, 3, 4, 5, 6, 7, 8]).flatMap(argumentsOf),
    );

    test('copying the last value that looks like it', () => {
      const copyLast = ({ argument: { value, messages } }: Copy) =>
        valuesLike(value, messages).at(-1);
      expect(shareOf([...known, ...asked], copyLast)).toBeLessThanOrEqual(CEILING);
    });

    test('copying the first of the latest listing', () => {
      expect(shareOf([...known, ...asked], ({ column }) => column[0])).toBeLessThanOrEqual(CEILING);
    });

    test('copying from the place that the nearest neighbour in training copied from', () => {
      const copyLikeNeighbour = ({ argument, column }: Copy): Json | undefined => {
        const words = wordsOfLastTurn(argument);
        const alike = known
          .filter((copy) => copy.argument.tool === argument.tool)
          .map((copy) => ({ copy, near: overlap(words, wordsOfLastTurn(copy.argument)) }))
          .toSorted((a, b) => b.near - a.near);
        return column[Math.min(alike[0]?.copy.place ?? 0, column.length - 1)];
      };
      expect(shareOf(asked, copyLikeNeighbour)).toBeLessThanOrEqual(CEILING);
    });
  },
);
