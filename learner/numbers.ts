/** How numbers are written: decimal, as JSON prints all but the very large and the very small. */

const WHOLE = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ } as const;
const PART = { integer: /^-?\d*$/, number: /^-?(\d+(\.\d*)?)?$/ } as const;

export function isNumber(text: string): boolean {
  return WHOLE.number.test(text);
}

/** Whether the text can become a number by going on. */
export function isPartOfNumber(text: string, kind: 'integer' | 'number'): boolean {
  return PART[kind].test(text);
}

/** Zero for what is no number: a model that ran into its limit may leave nothing, or a sign. */
export function readNumber(text: string): number {
  return isNumber(text) ? Number(text) : 0;
}
