import { hashText } from './hashing.ts';
import { bareOf, shapeOf } from './tokens.ts';

/** Small integers for texts. They live as long as the process: no file holds them and no result depends on them. */
export class Symbols {
  private readonly known = new Map<string, number>();
  private readonly entries: SymbolEntry[] = [];

  intern(text: string): number {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const bareText = bareOf(text);
    const bareSymbol = bareText === text ? undefined : this.intern(bareText);
    const symbol = this.entries.length;
    this.known.set(text, symbol);
    this.entries.push({
      text,
      hash: hashText(text),
      lower: hashText(bareText.toLowerCase()),
      shape: hashText(shapeOf(text)),
      bare: bareSymbol ?? symbol,
    });
    return symbol;
  }

  entry(symbol: number): SymbolEntry {
    const entry = this.entries[symbol];
    if (!entry) throw new RangeError(`no symbol ${symbol}`);
    return entry;
  }

  text(symbol: number): string {
    return this.entry(symbol).text;
  }

  hash(symbol: number): number {
    return this.entry(symbol).hash;
  }
}

interface SymbolEntry {
  text: string;
  hash: number;
  /** Hash of the bare text in lower case. */
  lower: number;
  /** Hash of what it looks like. */
  shape: number;
  /** The symbol without the space before it. */
  bare: number;
}
