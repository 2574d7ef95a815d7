import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** Rooms that compute the same on every machine at every time. */
export const DETERMINISTIC = 'contract spec plan worlds data metrics report workflows'.split(' ');

export function readJson(...names: string[]): unknown {
  return JSON.parse(readFileSync(join(root, ...names), 'utf8'));
}
