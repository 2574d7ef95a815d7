/** What the learner sees in a token. */

/** Lower-case words of two letters or more, camel case and underscores taken apart. */
export function wordsOf(text: string): string[] {
  const spread = text.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').toLowerCase();
  return spread.match(/\p{L}{2,}/gu) ?? [];
}

/** What a token looks like: `d` digit, `x` `Xx` `X` words, `id` identifier, `_` white space, else the sign itself. */
export function shapeOf(token: string): string {
  const bare = bareOf(token);
  if (/^\d$/.test(bare)) return 'd';
  if (/^\p{L}+$/u.test(bare)) {
    if (/^\p{Ll}/u.test(bare)) return 'x';
    return bare.length > 1 && /^\p{Lu}+$/u.test(bare) ? 'X' : 'Xx';
  }
  if (/\d/.test(bare)) return /^\d+$/.test(bare) ? 'n' : 'id';
  return /^\s*$/.test(token) ? '_' : bare;
}

/** The token without the space before it. */
export function bareOf(token: string): string {
  return token.length > 1 && token.startsWith(' ') ? token.slice(1) : token;
}

/** Enough of a word to know it in another form: `cancel`, `cancelled`. */
export function stemOf(word: string): string {
  return word.slice(0, STEM_LETTERS);
}

const STEM_LETTERS = 5;

/** Whether a token is a word, a number or an identifier and not a sign. */
export function isWordy(token: string): boolean {
  return /[\p{L}\d]/u.test(token);
}
