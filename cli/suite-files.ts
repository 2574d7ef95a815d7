import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { suiteFiles } from '../data/open-suite.ts';
import type { SuiteSource } from '../data/suite.ts';
import type { Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** A suite's file above this is a mistake. */
const SUITE_BYTES = 500_000_000;

/** Reads the files of a sweep's suite, and says in which folder they are. */
export async function readSources(
  sweep: Sweep,
  file: string,
): Promise<{ folder: string; sources: SuiteSource[] }> {
  const folder = await findSuiteFolder(sweep, file);
  const sources = await Promise.all(
    suiteFiles(sweep.suite).map(async (name) => ({
      name,
      bytes: await readBounded(join(folder, name), SUITE_BYTES, EXIT.data),
    })),
  );
  return { folder, sources };
}

/** `suite.path`, `RATCHET_API_BANK`, or the folder beside the working folder or the checkout. */
async function findSuiteFolder(sweep: Sweep, file: string): Promise<string> {
  if (sweep.suite.kind !== 'api-bank') return '';
  if (sweep.suite.path !== undefined) return resolve(dirname(file), sweep.suite.path);
  const named = process.env['RATCHET_API_BANK'];
  if (named) return resolve(named);
  const beside = join('..', 'shared', 'api-bank');
  const candidates = [resolve(beside), resolve(import.meta.dirname, '..', '..', beside)];
  for (const candidate of candidates)
    if (await stat(candidate).catch(() => undefined)) return candidate;
  throw new CliError(
    EXIT.data,
    `${file}: API-Bank's data are in none of ${candidates.join(', ')}: set RATCHET_API_BANK or suite.path to the folder that holds level-1-api.json`,
  );
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
