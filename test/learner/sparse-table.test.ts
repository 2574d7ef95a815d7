import { array, assert, float, nat, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { packTable, unpackTable } from '../../learner/sparse-table.ts';

const SIZE = 1024;

const tables = array(tuple(nat(SIZE - 1), float({ noNaN: true, noDefaultInfinity: true }))).map(
  (entries) => {
    const table = new Float32Array(SIZE);
    for (const [index, value] of entries) if (value !== 0) table[index] = value;
    return table;
  },
);

test('a table comes back as it was', () => {
  assert(
    property(tables, (table) => {
      expect(unpackTable(packTable(table), SIZE)).toEqual(table);
    }),
  );
});

test('zeros take no room', () => {
  expect(packTable(new Float32Array(2 ** 20)).length).toBe(12);
});

test.each([
  ['cut short', (bytes: Uint8Array) => bytes.slice(0, -3)],
  ['empty', () => new Uint8Array()],
  ['longer', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
  ['something else', () => new TextEncoder().encode('{"weights": [1, 2, 3]}')],
])('bytes that are %s are refused', (_, damage) => {
  const table = new Float32Array(SIZE).fill(0.5, 10, 300);
  expect(() => unpackTable(damage(packTable(table)), SIZE)).toThrow(RangeError);
});

test('a table of another size is refused', () => {
  expect(() => unpackTable(packTable(new Float32Array(SIZE)), SIZE * 2)).toThrow(/2\^10/);
});
