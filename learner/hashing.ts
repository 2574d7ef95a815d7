/** Hashes of features: 32 bits, the same on every machine. */

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return finish(hash);
}

/** The hash of a pair; the order counts. */
export function mix(first: number, second: number): number {
  const hash = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d) ^ Math.imul(second, 0x9e3779b1);
  return finish(hash);
}

/** The hash of three, in order. */
export function mix3(first: number, second: number, third: number): number {
  return mix(mix(first, second), third);
}

/** MurmurHash3's finaliser: every bit of the input reaches every bit of the output. */
function finish(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
