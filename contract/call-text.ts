/** Calls as text: `[Name(a='x', n=3, l=['a', 'b'], b=True)]`, the format of arXiv 2605.09734 with Python literals. */

import type { Json, ToolCall } from './dialogue.ts';

/** The calls of one turn in one pair of brackets; arguments in their own order. Pure ASCII quoting, any Unicode text. */
export function formatCalls(calls: readonly ToolCall[]): string {
  return `[${calls.map(formatCall).join(', ')}]`;
}

function formatCall(call: ToolCall): string {
  const given = Object.entries(call.arguments).map(([name, value]) => {
    return `${name}=${formatLiteral(value)}`;
  });
  return `${call.name}(${given.join(', ')})`;
}

/** A JSON value as a Python literal. */
function formatLiteral(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(formatLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => {
    return `${quoted(key)}: ${formatLiteral(item)}`;
  });
  return `{${entries.join(', ')}}`;
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quoted(text: string): string {
  return `'${text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'`;
}

export interface ParsedCalls {
  /** Empty when there is an `error`. */
  calls: ToolCall[];
  /** Why no call could be read, for people. */
  error?: string;
  /** Offset just after the list's closing bracket; 0 with an `error`. */
  end: number;
}

export interface ParseOptions {
  /** Take an unquoted value such as `city=New York` as a string. */
  lenient?: boolean;
}

interface Reader {
  readonly text: string;
  readonly lenient: boolean;
  at: number;
}

/** Where a string may end: what has to follow its closing quote. */
type Closing = RegExp;

class CallSyntaxError extends Error {}

const MAX_DEPTH = 64;
const MARKER = 'API-Request:';
const LIST_START = /\[\s*[A-Za-z_][\w.-]*\s*\(/g;
const NAME = /[A-Za-z_][\w.-]*/y;
const SPACE = /\s*/y;
/** An argument ends before the next `, name=`, or with its call before `]` or the next `, Name(`. */
const AFTER_ARGUMENT: Closing =
  /\s*(?:,\s*[A-Za-z_][\w.-]*\s*=|(?:,\s*)?\)\s*(?:\]|,\s*(?:\]|[A-Za-z_][\w.-]*\s*\()))/y;
const AFTER_ELEMENT: Closing = /\s*[,\]})]/y;
const AFTER_KEY: Closing = /\s*:/y;
const NUMBER = /[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?(?=\s*[,\]})])/y;
const WORD = /(?:True|true|False|false|None|null)(?=\s*[,\]})])/y;
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([\s\S]))/y;
/** Half a surrogate pair: no character, and canonical JSON cannot hold it. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
const UNESCAPED: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads the first bracketed list of calls in a text, after `API-Request:` if that stands in it. Values are Python
 * literals, tuples read as lists. A quote inside a value needs no escape: it ends the value only where the next argument
 * or the end of the call follows, which reads API-Bank's `attendees='['Ann', 'Bob']'` as one string. Takes linear time
 * and never throws.
 */
export function parseCalls(text: string, options: ParseOptions = {}): ParsedCalls {
  LIST_START.lastIndex = Math.max(0, text.indexOf(MARKER));
  const start = LIST_START.exec(text);
  if (!start) return { calls: [], error: "no call like [Name(parameter='value')] found", end: 0 };
  const reader: Reader = { text, lenient: options.lenient ?? false, at: start.index + 1 };
  try {
    const calls = readItems(reader, ']', () => readCall(reader));
    return { calls, end: reader.at };
  } catch (error) {
    if (error instanceof CallSyntaxError) return { calls: [], error: error.message, end: 0 };
    throw error;
  }
}

function readCall(reader: Reader): ToolCall {
  const name = take(reader, NAME) ?? fail(reader, 'the name of a call');
  expect(reader, '(');
  const seen = new Set<string>();
  const entries = readItems(reader, ')', () => readArgument(reader, seen));
  return { name, arguments: Object.fromEntries(entries) };
}

function readArgument(reader: Reader, seen: Set<string>): [string, Json] {
  const name = take(reader, NAME) ?? fail(reader, 'the name of an argument');
  if (seen.has(name)) fail(reader, `argument '${name}' only once`);
  seen.add(name);
  expect(reader, '=');
  return [name, readValue(reader, AFTER_ARGUMENT, 0)];
}

function readValue(reader: Reader, closing: Closing, depth: number): Json {
  if (depth > MAX_DEPTH) fail(reader, `at most ${MAX_DEPTH} levels of nesting`);
  const element = (): Json => readValue(reader, AFTER_ELEMENT, depth + 1);
  switch (peek(reader)) {
    case "'":
    case '"':
      return readString(reader, closing);
    case '[':
      reader.at++;
      return readItems(reader, ']', element);
    case '(':
      reader.at++;
      return readItems(reader, ')', element);
    case '{':
      reader.at++;
      return Object.fromEntries(readItems(reader, '}', () => readEntry(reader, element)));
    default:
      return readScalar(reader, closing);
  }
}

function readEntry(reader: Reader, readElement: () => Json): [string, Json] {
  const first = peek(reader);
  if (first !== "'" && first !== '"') fail(reader, 'a quoted key');
  const key = readString(reader, AFTER_KEY);
  expect(reader, ':');
  return [key, readElement()];
}

function readString(reader: Reader, closing: Closing): string {
  const { text, at: start } = reader;
  let value = '';
  reader.at++;
  while (reader.at < text.length) {
    const character = text[reader.at];
    if (character === '\\') {
      value += readEscape(reader);
    } else if (character === text[start] && matchAt(closing, text, reader.at + 1) !== undefined) {
      reader.at++;
      return value.replace(LONE_SURROGATE, '\ufffd');
    } else {
      value += character;
      reader.at++;
    }
  }
  reader.at = start;
  return fail(reader, 'a string that ends');
}

/** Python's rule: an unknown escape keeps its backslash. */
function readEscape(reader: Reader): string {
  ESCAPE.lastIndex = reader.at;
  const [whole, byte, unit, character = ''] = ESCAPE.exec(reader.text) ?? ['\\'];
  reader.at += whole.length;
  const code = byte ?? unit;
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  return UNESCAPED[character] ?? whole;
}

function readScalar(reader: Reader, closing: Closing): Json {
  const number = take(reader, NUMBER);
  if (number !== undefined) {
    const value = Number(number);
    return Number.isFinite(value) ? value : fail(reader, 'a finite number');
  }
  const word = take(reader, WORD);
  if (word !== undefined) {
    return word === 'None' || word === 'null' ? null : word === 'True' || word === 'true';
  }
  return reader.lenient ? readBareString(reader, closing) : fail(reader, 'a value');
}

function readBareString(reader: Reader, closing: Closing): string {
  const { text, at: start } = reader;
  for (let at = start; at < text.length; at++) {
    if (!',)]}'.includes(text.charAt(at)) || matchAt(closing, text, at) === undefined) continue;
    const value = text.slice(start, at).trim().replace(LONE_SURROGATE, '\ufffd');
    if (value === '') break;
    reader.at = at;
    return value;
  }
  return fail(reader, 'a value');
}

/** Items between commas up to a closing mark; one comma may stand before the mark. */
function readItems<T>(reader: Reader, close: string, readItem: () => T): T[] {
  const items: T[] = [];
  while (peek(reader) !== close) {
    items.push(readItem());
    if (peek(reader) !== ',') break;
    reader.at++;
  }
  expect(reader, close);
  return items;
}

function expect(reader: Reader, mark: string): void {
  if (peek(reader) !== mark) fail(reader, `'${mark}'`);
  reader.at++;
}

/** The next character that is not white space, which is skipped. */
function peek(reader: Reader): string | undefined {
  reader.at += matchAt(SPACE, reader.text, reader.at)?.length ?? 0;
  return reader.text[reader.at];
}

/** Consumes white space and then what a sticky pattern matches, if it does. */
function take(reader: Reader, pattern: RegExp): string | undefined {
  peek(reader);
  const found = matchAt(pattern, reader.text, reader.at);
  reader.at += found?.length ?? 0;
  return found;
}

function matchAt(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

function fail(reader: Reader, expected: string): never {
  const found = reader.text.slice(reader.at, reader.at + 12);
  const what = found === '' ? 'the end' : JSON.stringify(found);
  throw new CallSyntaxError(`expected ${expected} at character ${reader.at + 1}, found ${what}`);
}
