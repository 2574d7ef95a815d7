import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CliError, EXIT } from './exit-codes.ts';

/** Above these a folder is not a suite. */
const MOST_FILES = 10_000;
const DEEPEST = 8;

/**
 * The `.jsonl` files of a folder, as names below it with `/`, in the order of their code units; hidden ones are none.
 * Throws a `CliError` where there are none, and at a link that leads out of the folder.
 */
export async function listDataFiles(folder: string, deep: boolean): Promise<string[]> {
  const home = await realpath(folder).catch(() => undefined);
  if (home === undefined) throw new CliError(EXIT.data, `${folder}: no such folder`);
  const names: string[] = [];
  await collect({ folder, home, deep, names }, '', 0);
  if (names.length === 0) {
    throw new CliError(EXIT.data, `${folder}: expected .jsonl files in it, found none`);
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

interface Search {
  folder: string;
  /** The same without links. */
  home: string;
  deep: boolean;
  names: string[];
}

async function collect(search: Search, below: string, depth: number): Promise<void> {
  const { folder, deep, names } = search;
  for (const entry of await listFolder(join(folder, below))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && deep) {
      if (depth === DEEPEST) throw new CliError(EXIT.data, `${join(folder, name)}: too deep`);
      await collect(search, name, depth + 1);
    } else if (entry.name.endsWith('.jsonl') && !entry.isDirectory()) {
      if (entry.isSymbolicLink()) await requireInside(search, name);
      names.push(name);
      if (names.length > MOST_FILES) {
        throw new CliError(EXIT.data, `${folder}: more than ${MOST_FILES} .jsonl files`);
      }
    }
  }
}

async function listFolder(folder: string): ReturnType<typeof readEntries> {
  return readEntries(folder).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.data, `${folder}: cannot be listed: ${why}`);
  });
}

function readEntries(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

async function requireInside({ folder, home }: Search, name: string): Promise<void> {
  const target = await realpath(join(folder, name)).catch(() => undefined);
  if (target?.startsWith(home + sep)) return;
  const where = target === undefined ? 'to nothing' : 'out of the folder';
  throw new CliError(EXIT.data, `${join(folder, name)}: a link ${where}: put the file itself here`);
}
