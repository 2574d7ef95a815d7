/**
 * How text is measured where no tokenizer is at hand, and what the built-in learner reads: words, digits and signs, each
 * with the one space before it.
 *
 * What is only ever copied whole is one token: letters and digits mixed (`n9m8k7`, `J46801`) and five digits or more.
 * Ordinals, clock times and amounts with a unit (`25th`, `3pm`, `5kg`) come apart, shorter numbers into their digits.
 */
const TOKEN =
  / ?(?:\p{L}+\d[\p{L}\d]*|\d+\p{L}+\d[\p{L}\d]*|\d{5,}(?![\p{L}\d])|\p{L}+|\d|[^\s\p{L}\d])|\s/gu;

/** Joining the tokens gives the text back. */
export function tokenize(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

export function countTokens(text: string): number {
  return tokenize(text).length;
}
