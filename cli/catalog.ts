import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { fillFile } from '../store/durable-files.ts';
import type { Home } from '../worker/home.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** Sweeps that were submitted from this home: where their results lie and which file they came from. */
export interface CatalogEntry {
  sweep: string;
  store: string;
  plan: string;
  file: string;
  /** ISO 8601, of the last submission. */
  submittedAt: string;
}

/** Whole whenever it is read, also where several terminals submit the sweep at once. */
export async function recordSweep(home: Home, entry: CatalogEntry): Promise<void> {
  const folder = join(home.folder, 'sweeps');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${entry.sweep}.json`);
  await fillFile(file, (draft) => draft.writeFile(`${JSON.stringify(entry, null, 2)}\n`));
}

/** Latest first. */
export async function listSweeps(home: Home): Promise<CatalogEntry[]> {
  const folder = join(home.folder, 'sweeps');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const entries = await Promise.all(names.map((name) => readEntry(join(folder, name))));
  return entries.flat().toSorted((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1));
}

/** None where the file is torn: submitting the sweep again writes it anew. */
async function readEntry(file: string): Promise<CatalogEntry[]> {
  try {
    return [JSON.parse(await readFile(file, 'utf8')) as CatalogEntry];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** By id, by the beginning of one, or, without a name, the latest. */
export async function findSweep(home: Home, wanted: string | undefined): Promise<CatalogEntry> {
  const sweeps = await listSweeps(home);
  const latest = sweeps[0];
  if (!latest) {
    throw new CliError(
      EXIT.notFound,
      `no sweep in ${home.folder}: start one with ratchet run FILE`,
    );
  }
  if (wanted === undefined) return latest;
  const exact = sweeps.find(({ sweep }) => sweep === wanted);
  const matches = sweeps.filter(({ sweep }) => sweep.startsWith(wanted));
  const found = exact ?? matches[0];
  if (found) return found;
  const near = closest(
    wanted,
    sweeps.map(({ sweep }) => sweep),
  );
  throw new CliError(
    EXIT.notFound,
    `no sweep ${wanted} in ${home.folder}; did you mean ${near}? (ratchet status --all lists them)`,
  );
}
