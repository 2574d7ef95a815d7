/** The prompt as a row of positions that values are copied from. */

import { tokenize } from '../contract/tokens.ts';
import { hashText, mix } from './hashing.ts';
import type { Segment, SegmentRole } from './prompt.ts';
import { markKeys } from './keys.ts';
import { markRecords, type RecordMark } from './records.ts';
import { type Restatement, restateMoments } from './restate.ts';
import type { Symbols } from './symbols.ts';
import { wordsOf } from './tokens.ts';

/** One entry a position in every array; hashes are 32 bits unsigned. */
export interface Source {
  length: number;
  /** Symbols of the tokens as they stand and without the space before them. */
  symbols: Int32Array;
  bare: Int32Array;
  lower: Uint32Array;
  shape: Uint32Array;
  /** 1 where a value can begin: not at white space. */
  canStart: Uint8Array;
  segment: Int32Array;
  /** Index into `keys` of the key whose value stands here, or -1; and whether the value begins here. */
  key: Int32Array;
  keyStart: Uint8Array;
  keys: string[];
  /** The position itself; in a restatement, the position that says it in words. */
  origin: Int32Array;
  /** Index into `records` of the innermost record, or -1. */
  record: Int32Array;
  records: RecordMark[];
  segments: SourceSegment[];
}

export interface SourceSegment {
  role: SegmentRole | 'restated';
  roleHash: number;
  /** First position and the one after the last. */
  start: number;
  end: number;
  /** Segments between it and the end. */
  age: number;
  tools: string[];
  words: string[];
  /** Hashes of the words of the latest assistant's text before it: what was asked for. */
  question: number[];
}

export function readSource(segments: readonly Segment[], symbols: Symbols): Source {
  const restated = restateMoments(segments);
  const tokens = segments.map((segment) => tokenize(segment.text));
  // The space makes a restatement fit in the middle of a value; at its beginning it is left off.
  const restatedTokens = restated.map(({ text }) => tokenize(` ${text}`));
  const source = createSource([...tokens, ...restatedTokens].flat().length);
  addSegments(source, segments, tokens, symbols);
  addRestatements(source, restated, restatedTokens, symbols);
  markKeys(source, symbols);
  markRecords(source, symbols);
  return source;
}

function createSource(length: number): Source {
  return {
    length,
    symbols: new Int32Array(length),
    bare: new Int32Array(length),
    lower: new Uint32Array(length),
    shape: new Uint32Array(length),
    canStart: new Uint8Array(length),
    segment: new Int32Array(length),
    origin: Int32Array.from({ length }, (_, position) => position),
    key: new Int32Array(length).fill(-1),
    keyStart: new Uint8Array(length),
    keys: [],
    record: new Int32Array(length).fill(-1),
    records: [],
    segments: [],
  };
}

function addSegments(
  source: Source,
  segments: readonly Segment[],
  tokens: readonly string[][],
  symbols: Symbols,
): void {
  let start = 0;
  let question: number[] = [];
  for (const [at, { role, text, tools }] of segments.entries()) {
    const list = tokens[at] ?? [];
    const words = wordsOf(text);
    const end = start + list.length;
    const age = segments.length - 1 - at;
    source.segments.push({
      role,
      roleHash: hashText(role),
      start,
      end,
      age,
      tools,
      words,
      question,
    });
    placeTokens(source, list, start, at, symbols);
    if (role === 'assistant') question = hashWords(words);
    start = end;
  }
}

function addRestatements(
  source: Source,
  restated: readonly Restatement[],
  tokens: readonly string[][],
  symbols: Symbols,
): void {
  let start = source.segments.at(-1)?.end ?? 0;
  for (const [at, { format, segment, at: offset }] of restated.entries()) {
    const list = tokens[at] ?? [];
    const said = source.segments[segment];
    if (!said) continue;
    const end = start + list.length;
    source.segments.push({ ...said, role: 'restated', roleHash: hashText(format), start, end });
    placeTokens(source, list, start, source.segments.length - 1, symbols);
    source.origin.fill(positionAt(source, said, offset, symbols), start, end);
    source.canStart.fill(0, start + 1, end);
    start = end;
  }
}

/** The position of the token that holds the character at `offset` of a segment's text. */
function positionAt(
  source: Source,
  segment: SourceSegment,
  offset: number,
  symbols: Symbols,
): number {
  let passed = 0;
  for (let position = segment.start; position < segment.end; position++) {
    passed += symbols.text(source.symbols[position] as number).length;
    if (passed > offset) return position;
  }
  return segment.start;
}

function placeTokens(
  source: Source,
  tokens: readonly string[],
  start: number,
  segment: number,
  symbols: Symbols,
): void {
  for (const [at, token] of tokens.entries()) {
    const position = start + at;
    const symbol = symbols.intern(token);
    const entry = symbols.entry(symbol);
    source.symbols[position] = symbol;
    source.bare[position] = entry.bare;
    source.lower[position] = entry.lower;
    source.shape[position] = entry.shape;
    source.canStart[position] = token.trim() === '' ? 0 : 1;
    source.segment[position] = segment;
  }
}

function hashWords(words: readonly string[]): number[] {
  return [...new Set(words.filter((word) => word.length >= 3))].map(hashText);
}

/** The hash of the lower-case token at a position, or of the edge where the position is outside the segment. */
export function lowerAt(source: Source, position: number, segment: SourceSegment): number {
  if (position < segment.start) return mix(EDGE, segment.roleHash);
  return position < segment.end ? (source.lower[position] as number) : EDGE;
}

export function shapeAt(source: Source, position: number, segment: SourceSegment): number {
  if (position < segment.start || position >= segment.end) return EDGE;
  return source.shape[position] as number;
}

const EDGE = 0x5bd1e995;

/** The segment that a position lies in. */
export function segmentAt(source: Source, position: number): SourceSegment {
  const segment = source.segments[source.segment[position] as number];
  if (!segment) throw new RangeError(`no position ${position}`);
  return segment;
}

/** The latest segment of a role, if there is one. */
export function latestOf(source: Source, role: SegmentRole): SourceSegment | undefined {
  return source.segments.findLast((segment) => segment.role === role);
}
