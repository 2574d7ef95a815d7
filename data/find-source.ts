import { DataError } from './errors.ts';
import type { SuiteSource } from './suite.ts';

/** The file of that name. Throws a `DataError` where it was not read. */
export function findSource(sources: readonly SuiteSource[], name: string): SuiteSource {
  const source = sources.find((candidate) => candidate.name === name);
  if (source) return source;
  throw new DataError({
    file: name,
    expected: 'the file to be there',
    hint: 'Set RATCHET_API_BANK or suite.path to the folder that holds it',
  });
}
