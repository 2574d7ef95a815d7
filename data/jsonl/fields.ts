import type { z } from 'zod';
import { DataError, quoteShortly } from '../errors.ts';

/** Where a value of a user's file stands. */
export interface Place {
  file: string;
  /** `line 3`; absent in a file of one value. */
  line?: string;
}

export function placeOf({ line }: Place, field: string): string {
  return line === undefined ? `field ${field}` : `${line}, field ${field}`;
}

/**
 * What a schema makes of a value. Throws a `DataError` at the first field that is wrong: the schema's messages are noun
 * phrases that complete "expected ...".
 */
export function readField<T>(schema: z.ZodType<T>, value: unknown, at: Place, field = ''): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const name = path.reduce<string>(joinPath, field);
  throw new DataError({
    file: at.file,
    ...(name === ''
      ? at.line !== undefined && { position: at.line }
      : { position: placeOf(at, name) }),
    expected: issue?.message ?? 'another value',
    found: describeValue(path.reduce(valueAt, value)),
  });
}

function joinPath(name: string, segment: PropertyKey): string {
  if (typeof segment === 'number') return `${name}[${segment}]`;
  return name === '' ? String(segment) : `${name}.${String(segment)}`;
}

function valueAt(value: unknown, segment: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
    return undefined;
  }
  return (value as Record<PropertyKey, unknown>)[segment];
}

function describeValue(value: unknown): string {
  return value === undefined ? 'no such field' : quoteShortly(value);
}
