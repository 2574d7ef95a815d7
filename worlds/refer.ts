import type { Json } from '../contract/dialogue.ts';
import type { Reference, Row } from './domain.ts';
import type { Draw } from './draw.ts';
import { chooseFitting } from './phrasing.ts';

export interface Meant {
  row: Row;
  /** How the user says which one, e.g. "the one at 14:30". */
  words: string;
}

/**
 * Different records of a listing, each with words that mean it and no other. Which one is a matter
 * of chance alone, so that its place in the listing tells nothing. Throws a RangeError when nothing
 * tells the records apart.
 */
export function chooseRows(
  rows: readonly Row[],
  references: readonly Reference[],
  amount: number,
  comparisonShare: number,
  draw: Draw,
): Meant[] {
  const pairs = rows.flatMap((row) => {
    const fitting = references.filter((reference) => means(reference, row, rows));
    return fitting.map((reference) => ({ row, reference }));
  });
  const comparing = pairs.filter(({ reference }) => reference.extreme !== undefined);
  const naming = pairs.filter(({ reference }) => reference.extreme === undefined);
  const compare = amount === 1 && comparing.length > 0 && draw.chance(comparisonShare);
  const meant = new Map<Row, Reference>();
  for (const { row, reference } of draw.random.shuffle(compare ? comparing : naming)) {
    if (meant.size < amount && !meant.has(row)) meant.set(row, reference);
  }
  if (meant.size < amount) throw new RangeError('nothing tells the records apart');
  return [...meant].map(([row, { field, extreme, user }]) => {
    const words = extreme ? {} : { value: String(row[field]) };
    return { row, words: chooseFitting(user, words, draw) };
  });
}

/**
 * Whether a reference can mean a record, and no other: its field's value stands in no other record.
 */
function means({ field, extreme }: Reference, row: Row, rows: readonly Row[]): boolean {
  const others = rows.filter((other) => other !== row).map((other) => other[field]);
  const value = row[field];
  if (value === undefined || others.includes(value)) return false;
  if (extreme === undefined) return true;
  return others.every((other) => (extreme === 'lowest') === isLower(value, other ?? ''));
}

/** Numbers by size, also those in decimal strings; anything else as text. */
function isLower(a: Json, b: Json): boolean {
  const [left, right] = [Number(a), Number(b)];
  return Number.isNaN(left) || Number.isNaN(right) ? String(a) < String(b) : left < right;
}
