/** One thing wrong with a spec, ready to be shown or put into JSON. Lines and columns count from 1. */
export interface SpecProblem {
  file: string;
  line: number;
  column: number;
  /** Like `stream.orders[1][0]`; empty when the file as a whole is meant. */
  field: string;
  /** Noun phrases: "expected <expected>, found <found>". */
  expected: string;
  found: string;
  /** The nearest valid word. */
  suggestion?: string;
  /** How to mend it, where that does not follow from the rest. */
  help?: string;
  /** The line of the file, without control characters. */
  source: string;
}

const EXCERPT_WIDTH = 100;

/**
 * Like a compiler: position, field, what was expected and found, then the line with a caret under the place.
 *
 * ```
 * sweep.yaml:7:12: conditions.keep.trace: expected "keep" or "strip", found "kepe" (did you mean "keep"?)
 *    7 |     trace: kepe
 *      |            ^
 *      = help: ...
 * ```
 */
export function formatProblem(problem: SpecProblem): string {
  const { file, line, column, field, expected, found, suggestion, help } = problem;
  const place = `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}`;
  const hint = suggestion === undefined ? '' : ` (did you mean ${JSON.stringify(suggestion)}?)`;
  const number = String(line).padStart(4);
  const gutter = ' '.repeat(number.length);
  const { text, caret } = excerptAround(problem.source, column - 1);
  return [
    `${place}expected ${expected}, found ${found}${hint}`,
    ...(text.trim() === '' ? [] : [`${number} | ${text}`, `${gutter} | ${' '.repeat(caret)}^`]),
    ...(help === undefined ? [] : [`${gutter} = help: ${help}`]),
  ].join('\n');
}

/** A window of a long line that holds the place, and where in the window that is. */
function excerptAround(source: string, offset: number): { text: string; caret: number } {
  const start = offset < EXCERPT_WIDTH ? 0 : offset - EXCERPT_WIDTH / 2;
  return { text: source.slice(start, start + EXCERPT_WIDTH).trimEnd(), caret: offset - start };
}

const SHOWN_LENGTH = 40;

/** A value as problems show it, on one line and short: `"kepe"`, `a list`, `nothing`. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') {
    return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  }
  if (typeof value !== 'string') return String(value);
  if (value === '') return 'an empty text';
  const short = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}...` : value;
  return withoutControls(JSON.stringify(short));
}

export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\t' ? ' ' : '\ufffd'));
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(phrases: readonly string[]): string {
  if (phrases.length < 2) return phrases.join('');
  return `${phrases.slice(0, -1).join(', ')} or ${phrases.at(-1)}`;
}
