import type { Json } from '../contract/dialogue.ts';
import { DataError } from './errors.ts';

const MAX_DEPTH = 64;
const END = 'the end of the text';
const LONE_SURROGATE = /\p{Surrogate}/u;
const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

interface Reader {
  readonly file: string;
  readonly text: string;
  /** Put before line and column, for JSON that stands inside something else. */
  readonly within: string | undefined;
  at: number;
}

/**
 * Parses JSON (RFC 8259) as `JSON.parse` does, and besides names line and column of a fault, refuses a key that is given
 * twice, an endless number, half a surrogate pair and more than 64 levels of nesting. Throws a `DataError`.
 */
export function parseJson(file: string, text: string, within?: string): Json {
  const reader: Reader = { file, text, within, at: 0 };
  const value = readValue(reader, 0);
  if (peek(reader) !== undefined) fail(reader, 'nothing more after the JSON value');
  return value;
}

function readValue(reader: Reader, depth: number): Json {
  if (depth > MAX_DEPTH) fail(reader, `at most ${MAX_DEPTH} levels of nesting`);
  switch (peek(reader)) {
    case '{':
      return readObject(reader, depth);
    case '[':
      return readItems(reader, ']', () => readValue(reader, depth + 1));
    case '"':
      return readString(reader);
    default:
      return readScalar(reader);
  }
}

function readObject(reader: Reader, depth: number): Json {
  const seen = new Set<string>();
  const entries = readItems(reader, '}', (): [string, Json] => {
    if (peek(reader) !== '"') fail(reader, 'a key in double quotes');
    const start = reader.at;
    const key = readString(reader);
    if (seen.has(key)) {
      reader.at = start;
      fail(reader, 'every key once', `${JSON.stringify(key)} again`);
    }
    seen.add(key);
    if (peek(reader) !== ':') fail(reader, "':' after the key");
    reader.at++;
    return [key, readValue(reader, depth + 1)];
  });
  return Object.fromEntries(entries);
}

/** Reads from the opening bracket to the closing one. */
function readItems<T>(reader: Reader, close: string, readItem: () => T): T[] {
  reader.at++;
  const items: T[] = [];
  if (peek(reader) === close) {
    reader.at++;
    return items;
  }
  for (;;) {
    items.push(readItem());
    const mark = peek(reader);
    if (mark !== ',' && mark !== close) fail(reader, `',' or '${close}'`);
    reader.at++;
    if (mark === close) return items;
  }
}

function readString(reader: Reader): string {
  const start = reader.at;
  let end = start + 1;
  while (end < reader.text.length && reader.text[end] !== '"') {
    end += reader.text[end] === '\\' ? 2 : 1;
  }
  if (end >= reader.text.length) fail(reader, 'a string that ends', END);
  const value = unquote(reader.text.slice(start, end + 1));
  if (value === undefined) fail(reader, 'a string of valid escapes, without control characters');
  reader.at = end + 1;
  return value;
}

/** What a quoted string stands for; undefined when it is wrong, or half a surrogate pair is in it. */
function unquote(quoted: string): string | undefined {
  try {
    const value = JSON.parse(quoted) as string;
    return LONE_SURROGATE.test(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function readScalar(reader: Reader): Json {
  SCALAR.lastIndex = reader.at;
  const found = SCALAR.exec(reader.text)?.[0] ?? fail(reader, 'a JSON value');
  const value = JSON.parse(found) as Json;
  if (value === Infinity || value === -Infinity) fail(reader, 'a finite number');
  reader.at += found.length;
  return value;
}

/** The next character that is not white space, which is skipped. */
function peek(reader: Reader): string | undefined {
  SPACE.lastIndex = reader.at;
  reader.at += SPACE.exec(reader.text)?.[0].length ?? 0;
  return reader.text[reader.at];
}

function fail(reader: Reader, expected: string, instead?: string): never {
  const before = reader.text.slice(0, reader.at).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  const next = reader.text.slice(reader.at, reader.at + 12);
  const found = instead ?? (next === '' ? END : JSON.stringify(next));
  throw new DataError({
    file: reader.file,
    position: reader.within === undefined ? place : `${reader.within}, ${place}`,
    expected,
    found,
    hint: found === END ? 'The file may be cut short: fetch it again' : 'It has to be valid JSON',
  });
}
