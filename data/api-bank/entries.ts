import { z } from 'zod';
import { DataError, quoteShortly } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { SuiteSource } from '../suite.ts';
import { decodeUtf8 } from '../utf8.ts';

/** One next-call entry of API-Bank's level-1 file. */
export interface ApiBankEntry {
  /** The dialogue's file. */
  file: string;
  /** The call's turn in it. */
  id: number;
  /** The task, then the descriptions of the APIs, a JSON object a line. */
  instruction: string;
  /** The dialogue so far, a turn a line. */
  input: string;
  /** `API-Request: [...]`. */
  expected_output: string;
}

/** No dialogue comes near it; a longer one is some other file, or a broken one. */
const LONGEST_FIELD = 200_000;

const text = z.string().min(1).max(LONGEST_FIELD);
const entrySchema = z.object({
  file: text,
  id: z.int().nonnegative(),
  instruction: text,
  input: text,
  expected_output: text,
});

/** Reads the file's entries. Throws a `DataError` at the first entry that is not one. */
export function readEntries(source: SuiteSource): ApiBankEntry[] {
  const content = decodeUtf8(source.name, source.bytes);
  if (content.trim() === '') {
    throw new DataError({ file: source.name, expected: 'a JSON array', found: 'an empty file' });
  }
  const value = parseJson(source.name, content);
  if (!Array.isArray(value) || value.length === 0) {
    const found = quoteShortly(value);
    throw new DataError({ file: source.name, expected: 'a JSON array of entries', found });
  }
  const entries = value.map((entry, index) => checkEntry(source.name, entry, index));
  refuseRepeatedIds(source.name, entries);
  return entries;
}

/** Entries count from 1, as people do. */
export function entryPosition(index: number, field?: keyof ApiBankEntry): string {
  return field === undefined ? `entry ${index + 1}` : `entry ${index + 1}, field ${field}`;
}

function checkEntry(file: string, value: unknown, index: number): ApiBankEntry {
  const result = entrySchema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path[0];
  if (!isField(field)) {
    const found = quoteShortly(value);
    throw new DataError({ file, position: entryPosition(index), expected: 'a JSON object', found });
  }
  throw new DataError({
    file,
    position: entryPosition(index, field),
    expected: field === 'id' ? 'a natural number' : `a text of 1 to ${LONGEST_FIELD} characters`,
    found: describeField((value as Partial<Record<string, unknown>>)[field]),
  });
}

function isField(name: PropertyKey | undefined): name is keyof ApiBankEntry {
  return name !== undefined && name in entrySchema.shape;
}

function describeField(value: unknown): string {
  if (value === undefined) return 'no such field';
  if (typeof value === 'string') return `${value.length} characters`;
  return quoteShortly(value);
}

function refuseRepeatedIds(file: string, entries: readonly ApiBankEntry[]): void {
  const seen = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const key = JSON.stringify([entry.file, entry.id]);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw new DataError({
        file,
        position: entryPosition(index, 'id'),
        expected: `an id of its own within ${quoteShortly(entry.file)}`,
        found: `${entry.id}, which ${entryPosition(earlier)} has`,
      });
    }
    seen.set(key, index);
  }
}
