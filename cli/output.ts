import { pc } from './colors.ts';
import type { Paint } from '../report/terminal.ts';

/** How reports are painted on a terminal. */
const STYLES: Record<Parameters<Paint>[1], (text: string) => string> = {
  plain: (text) => text,
  heading: pc.bold,
  faint: pc.dim,
  strong: pc.bold,
  warning: pc.yellow,
};
export const paint: Paint = (text, style) => STYLES[style](text);

/** Results go to stdout, everything said to a person on the way to stderr. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Only where a person watches: scripts do not need to be told what to type next. */
export function suggest(command: string): void {
  if (process.stderr.isTTY) say(pc.dim(`next: ${command}`));
}

/** In characters; a pipe is as wide as `COLUMNS` says, else as terminals once were. */
export function terminalWidth(): number {
  return process.stdout.columns ?? (Number(process.env['COLUMNS']) || 80);
}

/** Columns as wide as their widest cell, three spaces apart, as kubectl prints them. */
export function table(header: string[], rows: string[][]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((l) => (l[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h > 0) return `${h}h ${m}m`;
  return m > 0 ? `${m}m ${s}s` : `${s}s`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), units.length - 1);
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}
