import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../data/json.ts';
import { decodeUtf8 } from '../../data/utf8.ts';

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch {
    return 'refused';
  }
}

test('reads JSON exactly as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      expect(parseJson('f', spaced)).toEqual(JSON.parse(spaced));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('refuses what JSON.parse refuses', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'[]{}",:01e.-\\ tn', 'true', 'null') });
  fc.assert(
    fc.property(noise, (text) => {
      expect(outcome(() => parseJson('f', text))).toEqual(outcome(() => JSON.parse(text)));
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('keeps a key named __proto__ as any other', () => {
  expect(JSON.stringify(parseJson('f', '{"__proto__": 1}'))).toBe('{"__proto__":1}');
});

test('names the line and the column of a fault', () => {
  expect(() => parseJson('f', '{\n  "a": 1,\n  "b" 2\n}')).toThrow(
    "f, line 3, column 7: expected ':'",
  );
});

test('decodes UTF-8 exactly as TextDecoder does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(decodeUtf8('f', Buffer.from(text))).toBe(Buffer.from(text).toString());
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('refuses what TextDecoder refuses', () => {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const byte = fc.constantFrom(
    0x00,
    0x41,
    0x7f,
    0x80,
    0xbf,
    0xc1,
    0xc2,
    0xe0,
    0xed,
    0xf0,
    0xf4,
    0xf5,
    0xa0,
    0x8f,
    0x90,
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 5 }), (values) => {
      const bytes = Uint8Array.from(values);
      expect(outcome(() => decodeUtf8('f', bytes))).toEqual(outcome(() => strict.decode(bytes)));
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('reads a string of 10 MB', () => {
  const text = JSON.stringify(['\u00e9'.repeat(5e6)]);
  expect(parseJson('f', decodeUtf8('f', Buffer.from(text)))).toHaveLength(1);
});
