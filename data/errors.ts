/** A fault in a user's data: one message that names the place, what was expected, and how to mend it. */
export interface DataFault {
  /** The file's name as the user knows it. */
  file: string;
  /** Where in it: `line 3, column 7`, `entry 12, field input`. */
  position?: string;
  /** Completes `expected ...`. */
  expected: string;
  /** Completes `found ...`. */
  found?: string;
  /** What to do about it: a sentence without its full stop. */
  hint?: string;
}

export class DataError extends Error {
  override readonly name = 'DataError';
  readonly fault: DataFault;

  constructor(fault: DataFault) {
    super(describe(fault));
    this.fault = fault;
  }
}

function describe({ file, position, expected, found, hint }: DataFault): string {
  const place = position === undefined ? file : `${file}, ${position}`;
  const contrast = found === undefined ? '' : `, found ${found}`;
  return `${place}: expected ${expected}${contrast}.${hint === undefined ? '' : ` ${hint}.`}`;
}

/** A value as a short quotation for a message, whatever its size. */
export function quoteShortly(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'string') return JSON.stringify(value).slice(0, 60);
  return value.length <= 60 ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, 60))}...`;
}
