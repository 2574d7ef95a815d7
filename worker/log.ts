import { redactSecrets } from '../compute/redact-secrets.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** What a line is about; a field that is null is left out. */
export type Fields = Record<string, string | number | boolean | null | undefined>;

export type Log = (level: Level, message: string, fields?: Fields) => void;

/** `json`: one object a line, for whoever gathers the logs of a cluster. `text`: lines for people. */
export type LogFormat = 'json' | 'text';

/** Writes lines to standard output; what is less than `least` is left out, and so is every secret of the environment. */
export function createLog(format: LogFormat, least: Level, write = writeOut): Log {
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const time = new Date().toISOString();
    const said = redactSecrets(message);
    const known = Object.entries(fields)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(
        ([name, value]) =>
          [name, typeof value === 'string' ? redactSecrets(value) : value] as const,
      );
    const line =
      format === 'json'
        ? JSON.stringify({ time, level, message: said, ...Object.fromEntries(known) })
        : [time, level.toUpperCase().padEnd(5), said, ...known.map(showField)].join(' ');
    write(`${line}\n`);
  };
}

/** `RATCHET_LOG_LEVEL`; anything else than a level is `info`. */
export function readLevel(): Level {
  return LEVELS.find((level) => level === process.env['RATCHET_LOG_LEVEL']) ?? 'info';
}

function showField([name, value]: readonly [string, Fields[string]]): string {
  const text = String(value);
  return `${name}=${/[\s"]/.test(text) ? JSON.stringify(text) : text}`;
}

function writeOut(line: string): void {
  process.stdout.write(line);
}
