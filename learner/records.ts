/** Records in results, `{...}`, and whether the user's latest words speak of them. */

import type { Source, SourceSegment } from './source.ts';
import type { Symbols } from './symbols.ts';

export interface RecordMark {
  /** Hashes of the keys whose value the user's latest message names. */
  namedBy: number[];
  /** Among the records of its result: 0 for the one named first in the message, 1 for the next; -1 when not named. */
  rank: number;
}

/** Marks `record` and `records` of a source whose keys stand. */
export function markRecords(source: Source, symbols: Symbols): void {
  const said = source.segments.findLast((segment) => segment.role === 'user');
  const message = said ? ` ${textBetween(source, said.start, said.end, symbols)} ` : '';
  for (const segment of source.segments) {
    if (segment.role !== 'result') continue;
    const first = source.records.length;
    placeRecords(source, segment, symbols);
    rankRecords(source, segment, first, message.toLowerCase(), symbols);
  }
}

function placeRecords(source: Source, segment: SourceSegment, symbols: Symbols): void {
  const open: number[] = [];
  for (let position = segment.start; position < segment.end; position++) {
    const text = symbols.text(source.bare[position] as number);
    if (text === '{') {
      open.push(source.records.length);
      source.records.push({ namedBy: [], rank: -1 });
    }
    source.record[position] = open.at(-1) ?? -1;
    if (text === '}') open.pop();
  }
}

function rankRecords(
  source: Source,
  segment: SourceSegment,
  first: number,
  message: string,
  symbols: Symbols,
): void {
  const places = new Map<number, number>();
  for (let position = segment.start; position < segment.end; position++) {
    const record = source.record[position] as number;
    if (source.keyStart[position] === 0 || record < first) continue;
    const value = textBetween(
      source,
      position,
      valueEnd(source, position, segment, symbols),
      symbols,
    );
    const place = value.length < 2 ? -1 : findWhole(message, value.toLowerCase());
    if (place < 0) continue;
    places.set(record, Math.min(place, places.get(record) ?? place));
    const key = source.keys[source.key[position] as number] ?? '';
    source.records[record]?.namedBy.push(symbols.hash(symbols.intern(key)));
  }
  const inOrder = [...places].toSorted(([, place], [, other]) => place - other);
  for (const [rank, [record]] of inOrder.entries()) {
    const mark = source.records[record];
    if (mark) mark.rank = rank;
  }
}

/** The position after a value: at the next quote, comma or bracket. */
function valueEnd(source: Source, start: number, segment: SourceSegment, symbols: Symbols): number {
  let end = start;
  while (end < segment.end && !/^["',{}[\]]$/.test(symbols.text(source.symbols[end] as number)))
    end++;
  return end;
}

function textBetween(source: Source, start: number, end: number, symbols: Symbols): string {
  let text = '';
  for (let position = start; position < end; position++) {
    text += symbols.text(source.symbols[position] as number);
  }
  return text;
}

/** Where `part` stands in `text` between two characters that are neither letters nor digits; -1 if nowhere. */
function findWhole(text: string, part: string): number {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    if (!isWordy(text[at - 1]) && !isWordy(text[at + part.length])) return at;
  }
  return -1;
}

function isWordy(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\d]/u.test(character);
}
