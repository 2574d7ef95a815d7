const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Hex digits of whole bytes as base64 (RFC 4648), padded. */
export function base64OfHex(hex: string): string {
  const bits = Array.from(hex, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'));
  const groups = bits.join('').match(/.{1,6}/g) ?? [];
  const text = groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(6, '0'), 2)] ?? '');
  return text.join('').padEnd(4 * Math.ceil(hex.length / 6), '=');
}
