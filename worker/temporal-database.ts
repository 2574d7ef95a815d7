import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Home } from './home.ts';

/**
 * Temporal makes its database in many steps, and cannot use one that it was killed in the middle of. Until a server has
 * answered there is nothing of anybody's in it.
 */
export function removeUnfinished(home: Home): void {
  const mark = markOf(home);
  if (existsSync(mark) && existsSync(home.database)) return;
  for (const file of [mark, home.database, `${home.database}-wal`, `${home.database}-shm`])
    rmSync(file, { force: true });
}

export function markFinished(home: Home): void {
  writeFileSync(markOf(home), '');
}

function markOf(home: Home): string {
  return `${home.database}.finished`;
}
