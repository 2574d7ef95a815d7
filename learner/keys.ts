/** Which key's value a token belongs to: `"token": "a1"`, `token='a1'`, `My token: a1`. */

import type { Source } from './source.ts';
import type { Symbols } from './symbols.ts';

/** Marks `key`, `keyStart` and `keys` of a source whose tokens stand. A value reaches to the next key or the end. */
export function markKeys(source: Source, symbols: Symbols): void {
  const known = new Map<string, number>();
  for (const segment of source.segments) {
    let key = -1;
    let isFirst = false;
    for (let position = segment.start; position < segment.end; position++) {
      const name = keyBefore(source, position, segment.start, symbols);
      if (name !== undefined) {
        key = known.get(name) ?? known.size;
        if (key === known.size) source.keys.push(name);
        known.set(name, key);
        isFirst = true;
        continue;
      }
      if (key < 0) continue;
      source.key[position] = key;
      const opens = /^[\s'"[{]*$/.test(symbols.text(source.symbols[position] as number));
      if (isFirst && !opens) {
        source.keyStart[position] = 1;
        isFirst = false;
      }
    }
  }
}

/** The key that ends at a separator: lower case, at most five tokens, not in a time of day such as 10:30. */
function keyBefore(
  source: Source,
  separator: number,
  start: number,
  symbols: Symbols,
): string | undefined {
  const textAt = (position: number): string => {
    return position < start ? '' : symbols.text(source.symbols[position] as number);
  };
  if (!/^ ?[:=]$/.test(textAt(separator))) return undefined;
  let last = separator - 1;
  const quoted = /^['"]$/.test(textAt(last));
  if (quoted) last--;
  let name = '';
  for (let position = last; position > last - 9; position--) {
    const text = textAt(position);
    const bare = text.trimStart();
    if (!/^[\p{L}\d_]+$/u.test(bare)) break;
    name = bare.toLowerCase() + name;
    if (bare !== text) {
      if (!quoted) break;
      name = `_${name}`;
    }
  }
  return /^\p{L}/u.test(name.replace(/^_/, '')) ? name.replace(/^_/, '') : undefined;
}
