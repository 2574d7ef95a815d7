/**
 * A table of 32-bit floats of which most are zero, as bytes: magic, log2 of the size and number of entries (32 bits,
 * little-endian), the gaps between the entries' indices (LEB128), their values (little-endian).
 */

const MAGIC = 0x31544352;
const HEADER_BYTES = 12;
const VALUE_BYTES = 4;

export function packTable(table: Float32Array): Uint8Array {
  const gaps: number[] = [];
  const values: number[] = [];
  let last = -1;
  for (let index = 0; index < table.length; index++) {
    const value = table[index] as number;
    if (value === 0) continue;
    pushVarint(gaps, index - last - 1);
    values.push(value);
    last = index;
  }
  const bytes = new Uint8Array(HEADER_BYTES + gaps.length + values.length * VALUE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, Math.log2(table.length), true);
  view.setUint32(8, values.length, true);
  bytes.set(gaps, HEADER_BYTES);
  for (const [at, value] of values.entries()) {
    view.setFloat32(HEADER_BYTES + gaps.length + at * VALUE_BYTES, value, true);
  }
  return bytes;
}

/** Throws a RangeError on bytes that are no table of this size. */
export function unpackTable(bytes: Uint8Array, size: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new RangeError('it is no table of parameters');
  }
  if (2 ** view.getUint32(4, true) !== size) {
    throw new RangeError(`it has 2^${view.getUint32(4, true)} parameters and not ${size}`);
  }
  const count = view.getUint32(8, true);
  const table = new Float32Array(size);
  const valuesAt = bytes.length - count * VALUE_BYTES;
  let at = HEADER_BYTES;
  let index = -1;
  for (let entry = 0; entry < count; entry++) {
    let gap = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || at > valuesAt) throw new RangeError('it is cut short');
      gap += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    index += gap + 1;
    if (index >= size) throw new RangeError('it has an entry beyond its size');
    table[index] = view.getFloat32(valuesAt + entry * VALUE_BYTES, true);
  }
  if (at !== valuesAt) throw new RangeError('it holds more than its entries');
  return table;
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}
