import { DataError } from './errors.ts';

const BYTE_ORDER_MARK = 0xfeff;
/** Arguments of one `String.fromCodePoint`, well below any engine's limit. */
const CHUNK = 8192;

/**
 * Decodes UTF-8 strictly (RFC 3629), without a leading byte order mark; throws a `DataError` that names the first wrong
 * byte. Written here because this folder compiles without the host's types, where `TextDecoder` lives, and because that
 * does not tell the place.
 */
export function decodeUtf8(file: string, bytes: Uint8Array): string {
  let text = '';
  let points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes[at] ?? 0);
    const point = size === 0 ? undefined : codePointAt(bytes, at, size);
    if (point === undefined) throw notUtf8(file, bytes, at);
    if (at > 0 || point !== BYTE_ORDER_MARK) points.push(point);
    if (points.length === CHUNK) {
      text += String.fromCodePoint(...points);
      points = [];
    }
    at += size;
  }
  return text + String.fromCodePoint(...points);
}

/** Bytes of the sequence that a lead byte opens; 0 when it cannot open one. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function codePointAt(bytes: Uint8Array, at: number, size: number): number | undefined {
  let point = (bytes[at] ?? 0) & (size === 1 ? 0x7f : 0xff >> (size + 1));
  for (let next = at + 1; next < at + size; next++) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (byte & 0x3f);
  }
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  const isInRange = point >= (SMALLEST[size] ?? 0) && point <= 0x10ffff;
  return isInRange && !isSurrogate ? point : undefined;
}

function notUtf8(file: string, bytes: Uint8Array, at: number): DataError {
  const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
  return new DataError({
    file,
    position: `line ${line}, byte ${at + 1}`,
    expected: 'UTF-8 text',
    found: `byte 0x${(bytes[at] ?? 0).toString(16)}`,
    hint: 'Save the file as UTF-8',
  });
}
