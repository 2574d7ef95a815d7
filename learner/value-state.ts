/** A value being written: its tokens, and where in the prompt they may be copied from. */

import type { EncodedPrompt } from './encode.ts';
import type { Model } from './model.ts';
import type { Source } from './source.ts';
import type { Symbols } from './symbols.ts';
import type { SlotCard } from './tool-card.ts';

/** What writing a value needs besides the value itself. */
export interface WritingContext {
  prompt: EncodedPrompt;
  model: Model;
  /** Positions that earlier values of this turn were copied from. */
  used: ReadonlySet<number>;
  kind: 'string' | 'integer' | 'number';
}

export class ValueState {
  readonly slot: SlotCard;
  /** Symbols written so far. */
  readonly written: number[] = [];
  text = '';
  /** Positions whose token, in whatever case, was written last. */
  aligned: number[] = [];
  private readonly source: Source;
  private readonly symbols: Symbols;

  constructor(slot: SlotCard, source: Source, symbols: Symbols) {
    this.slot = slot;
    this.source = source;
    this.symbols = symbols;
  }

  /** The symbol written `back` tokens ago (1 is the latest); -1 before the start. */
  latest(back: number): number {
    return this.written[this.written.length - back] ?? -1;
  }

  /** Positions that go on with the copy. */
  continuations(): number[] {
    const { source } = this;
    return this.aligned
      .filter((position) => source.segment[position] === source.segment[position + 1])
      .map((position) => position + 1);
  }

  write(symbol: number): void {
    const { source } = this;
    const { lower } = this.symbols.entry(symbol);
    const going = this.continuations().filter((position) => source.lower[position] === lower);
    this.aligned = going.length > 0 ? going : this.findAnew(symbol);
    this.written.push(symbol);
    this.text += this.symbols.text(symbol);
  }

  private findAnew(symbol: number): number[] {
    const isFirst = this.written.length === 0;
    const symbols = isFirst ? this.source.bare : this.source.symbols;
    const found: number[] = [];
    for (let position = 0; position < symbols.length; position++) {
      if (symbols[position] === symbol && this.source.canStart[position] === 1)
        found.push(position);
    }
    // In the middle of a value a token that stands everywhere says nothing about where it came from.
    const isDigit = /\d/.test(this.symbols.text(symbol));
    return !isFirst && found.length > COMMON && !isDigit ? [] : found;
  }
}

const COMMON = 3;

/** Values of so many tokens and longer ones are alike. */
export const LONG_VALUE = 24;
