import { z } from 'zod';
import { DataError, quoteShortly } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { SuiteSource } from '../suite.ts';
import { decodeUtf8 } from '../utf8.ts';

/** No dialogue comes near it; a longer one is some other file, or a broken one. */
const LONGEST_FIELD = 200_000;

const text = z.string().min(1).max(LONGEST_FIELD);

/** One next-call entry of API-Bank's level-1 file. */
const levelOneEntry = z.object({
  /** The dialogue's file. */
  file: text,
  /** The call's turn in it. */
  id: z.int().nonnegative(),
  /** The task, then the descriptions of the APIs, a JSON object a line. */
  instruction: text,
  /** The dialogue so far, a turn a line. */
  input: text,
  /** `API-Request: [...]`. */
  expected_output: text,
});

/** One entry of the level-3 file, and of the hub's training files. */
const trainingEntry = z.object({
  instruction: text,
  /** The descriptions of the APIs, a JSON object a line, then the dialogue so far, a turn a line. */
  input: text,
  /** `API-Request: [...]`, or what the AI says. */
  output: text,
});

export type LevelOneEntry = z.infer<typeof levelOneEntry>;
export type TrainingEntry = z.infer<typeof trainingEntry>;

/** Throws a `DataError` at the first entry that is not one. */
export function readLevelOneEntries(source: SuiteSource): LevelOneEntry[] {
  const entries = readEntries(source, levelOneEntry);
  refuseRepeatedIds(source.name, entries);
  return entries;
}

/** Throws a `DataError` at the first entry that is not one. */
export function readTrainingEntries(source: SuiteSource): TrainingEntry[] {
  return readEntries(source, trainingEntry);
}

/** Entries count from 1, as people do. */
export function entryPosition(index: number, field?: string): string {
  return field === undefined ? `entry ${index + 1}` : `entry ${index + 1}, field ${field}`;
}

function readEntries<T>(source: SuiteSource, schema: z.ZodType<T>): T[] {
  const content = decodeUtf8(source.name, source.bytes);
  if (content.trim() === '') {
    throw new DataError({ file: source.name, expected: 'a JSON array', found: 'an empty file' });
  }
  const value = parseJson(source.name, content);
  if (!Array.isArray(value) || value.length === 0) {
    const found = quoteShortly(value);
    throw new DataError({ file: source.name, expected: 'a JSON array of entries', found });
  }
  return value.map((entry, index) => checkEntry(source.name, schema, entry, index));
}

function checkEntry<T>(file: string, schema: z.ZodType<T>, value: unknown, index: number): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path[0];
  if (field === undefined) {
    const found = quoteShortly(value);
    throw new DataError({ file, position: entryPosition(index), expected: 'a JSON object', found });
  }
  throw new DataError({
    file,
    position: entryPosition(index, String(field)),
    expected: field === 'id' ? 'a natural number' : `a text of 1 to ${LONGEST_FIELD} characters`,
    found: describeField((value as Record<PropertyKey, unknown>)[field]),
  });
}

function describeField(value: unknown): string {
  if (value === undefined) return 'no such field';
  if (typeof value === 'string') return `${value.length} characters`;
  return quoteShortly(value);
}

function refuseRepeatedIds(file: string, entries: readonly LevelOneEntry[]): void {
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
