/** What speaks for beginning a value at a position, whatever the argument: crossed with the argument at each decision. */

import { hashText, mix, mix3 } from './hashing.ts';
import { lowerAt, segmentAt, shapeAt, type Source, type SourceSegment } from './source.ts';

/** Features of position p: `hashes` from `starts[p]` up to `starts[p + 1]`, the first `GENERAL` for all arguments alike. */
export interface CopyFeatures {
  starts: Int32Array;
  hashes: Uint32Array;
}

/** Words before a position, in its segment, that may name what stands there. */
export const WINDOW = 7;
/** Segments further back are alike. */
export const OLDEST = 8;

/** One number a template keeps their hashes apart. */
const SALT = {
  shape: hashText('shape'),
  role: hashText('role'),
  age: hashText('age'),
  roleAge: hashText('role-age'),
  before: hashText('before'),
  twoBefore: hashText('two-before'),
  threeBefore: hashText('three-before'),
  after: hashText('after'),
  shapes: hashText('shapes'),
  shapesBefore: hashText('shapes-before'),
  word: hashText('word'),
  key: hashText('key'),
  beforeRole: hashText('before-role'),
  window: hashText('window'),
  question: hashText('question'),
  named: hashText('named'),
  tool: hashText('tool'),
} as const;

export const GENERAL = 11;

export function readCopyFeatures(source: Source): CopyFeatures {
  const starts = new Int32Array(source.length + 1);
  const hashes: number[] = [];
  for (let position = 0; position < source.length; position++) {
    starts[position] = hashes.length;
    if (source.canStart[position] === 1) {
      const segment = segmentAt(source, position);
      addGeneral(source, position, segment, hashes);
      addSpecific(source, position, segment, hashes);
    }
  }
  starts[source.length] = hashes.length;
  return { starts, hashes: Uint32Array.from(hashes) };
}

/** Exactly `GENERAL` features. */
function addGeneral(
  source: Source,
  position: number,
  segment: SourceSegment,
  hashes: number[],
): void {
  const shape = source.shape[position] as number;
  const role = segment.roleHash;
  const age = Math.min(segment.age, OLDEST);
  const origin = source.origin[position] as number;
  const around = segmentAt(source, origin);
  const before = lowerAt(source, origin - 1, around);
  const twoBefore = mix(lowerAt(source, origin - 2, around), before);
  const shapeBefore = shapeAt(source, origin - 1, around);
  hashes.push(
    mix(SALT.shape, shape),
    mix3(SALT.role, role, shape),
    mix3(SALT.age, age, shape),
    mix3(SALT.roleAge, role, age),
    mix(SALT.before, before),
    mix(SALT.twoBefore, twoBefore),
    mix3(SALT.threeBefore, lowerAt(source, origin - 3, around), twoBefore),
    mix3(SALT.after, lowerAt(source, position + 1, segment), shape),
    mix3(SALT.shapes, mix(shapeBefore, shape), shapeAt(source, position + 1, segment)),
    mix3(SALT.shapesBefore, mix(shapeAt(source, origin - 2, around), shapeBefore), shape),
    mix(SALT.word, source.lower[position] as number),
  );
}

function addSpecific(
  source: Source,
  position: number,
  segment: SourceSegment,
  hashes: number[],
): void {
  const role = segment.roleHash;
  const origin = source.origin[position] as number;
  const around = segmentAt(source, origin);
  hashes.push(mix3(SALT.beforeRole, lowerAt(source, origin - 1, around), role));
  const key = source.keys[source.key[position] as number];
  if (key !== undefined) {
    const keyed = mix3(SALT.key, hashText(key), source.keyStart[position] as number);
    hashes.push(keyed, mix(keyed, role));
    for (const tool of segment.tools) hashes.push(mix3(SALT.tool, hashText(tool), keyed));
    const record = source.records[source.record[position] as number];
    if (record) hashes.push(mix3(SALT.named, record.rank, keyed));
  }
  const from = Math.max(around.start, origin - WINDOW);
  for (let near = from; near < origin; near++) {
    hashes.push(mix(SALT.window, source.lower[near] as number));
  }
  if (around.role === 'user') {
    const isFirst = origin === around.start ? 1 : 0;
    for (const word of segment.question) hashes.push(mix3(SALT.question, word, isFirst));
  }
}
