import type { Json } from '../contract/dialogue.ts';
import { DataError } from './errors.ts';
import { parseJson } from './json.ts';
import type { SuiteSource } from './suite.ts';
import { decodeUtf8 } from './utf8.ts';

/** No dialogue comes near it, in UTF-16 units; a longer line is some other file, or a broken one. */
const LONGEST_LINE = 2_000_000;

export interface JsonLine {
  /** From 1. */
  line: number;
  value: Json;
}

/** The values of a JSONL file; empty lines count and hold nothing. Throws a `DataError` with the line. */
export function readJsonLines({ name, bytes }: SuiteSource): JsonLine[] {
  return decodeUtf8(name, bytes)
    .split('\n')
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, line }) => ({ line, value: readLine(name, text, line) }));
}

function readLine(file: string, text: string, line: number): Json {
  if (text.length > LONGEST_LINE) {
    throw new DataError({
      file,
      position: `line ${line}`,
      expected: `a line of at most ${LONGEST_LINE} characters`,
      found: `${text.length}`,
    });
  }
  try {
    return parseJson(file, text);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { position = '', ...fault } = error.fault;
    throw new DataError({
      ...fault,
      position: position.replace(/^line \d+/, `line ${line}`),
    });
  }
}
