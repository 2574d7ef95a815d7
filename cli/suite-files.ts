import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { suiteFiles } from '../data/open-suite.ts';
import type { SuiteSource } from '../data/suite.ts';
import type { Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { listDataFiles } from './list-data-files.ts';

/** Of all files together: above this they are a mistake. */
const SUITE_BYTES = 500_000_000;

/** Reads the files of a sweep's suite, and says in which folder they are. */
export async function readSources(
  sweep: Sweep,
  file: string,
): Promise<{ folder: string; sources: SuiteSource[] }> {
  const folder = await findSuiteFolder(sweep, file);
  const sources: SuiteSource[] = [];
  let left = SUITE_BYTES;
  for (const name of await nameFiles(sweep, folder)) {
    const bytes = await readBounded(join(folder, name), left, EXIT.data);
    left -= bytes.length;
    sources.push({ name, bytes });
  }
  return { folder, sources };
}

async function nameFiles(sweep: Sweep, folder: string): Promise<string[]> {
  const { names, from = '', optional = [], lines } = suiteFiles(sweep.suite);
  await requireFiles(folder, names, from);
  const there = await Promise.all(optional.map((name) => exists(join(folder, name))));
  const found = lines ? await listDataFiles(join(folder, lines.folder), lines.deep) : [];
  const prefix = lines && lines.folder !== '.' ? `${lines.folder}/` : '';
  return [
    ...names,
    ...optional.filter((_, index) => there[index]),
    ...found.map((name) => `${prefix}${name}`),
  ];
}

/** All that are missing at once, and where people get them. */
async function requireFiles(folder: string, names: readonly string[], from: string): Promise<void> {
  const there = await Promise.all(names.map((name) => exists(join(folder, name))));
  const missing = names.filter((_, index) => !there[index]);
  if (missing.length === 0) return;
  throw new CliError(
    EXIT.data,
    `${folder}: no such file: ${missing.join(', ')}. Set suite.path or RATCHET_API_BANK to the folder that holds what suite.source names; it comes from ${from}`,
  );
}

/** `suite.path`, `RATCHET_API_BANK`, or the folder beside the working folder or the checkout. */
async function findSuiteFolder(sweep: Sweep, file: string): Promise<string> {
  if (sweep.suite.kind === 'builtin') return '';
  if (sweep.suite.path !== undefined) return resolve(dirname(file), sweep.suite.path);
  const named = process.env['RATCHET_API_BANK'];
  if (named) return resolve(named);
  const beside = join('..', 'shared', 'api-bank');
  const candidates = [resolve(beside), resolve(import.meta.dirname, '..', '..', beside)];
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  throw new CliError(
    EXIT.data,
    `${file}: API-Bank's data are in none of ${candidates.join(', ')}: set RATCHET_API_BANK or suite.path to the folder that holds them`,
  );
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Reads a whole file of at most so many bytes. Throws a `CliError` that says why it cannot. */
export async function readBounded(
  file: string,
  most: number,
  exitCode: typeof EXIT.spec | typeof EXIT.data,
): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > most) throw new CliError(exitCode, `${file}: ${size} bytes, above ${most}`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error)) throw error;
    const why = 'code' in error ? READ_FAULTS[String(error.code)] : undefined;
    throw new CliError(exitCode, `${file}: ${why ?? error.message}`);
  }
}

const READ_FAULTS: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'is a folder, a file was expected',
  EACCES: 'may not be read: check its permissions',
};
