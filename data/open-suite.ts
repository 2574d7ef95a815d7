import { API_BANK_FILE, openApiBank } from './api-bank/suite.ts';
import { openBuiltin } from './builtin.ts';
import { DataError } from './errors.ts';
import type { Suite, SuiteSettings, SuiteSource } from './suite.ts';

/** The names of the files that a suite reads, in the folder that the spec names; whoever opens it reads their bytes. */
export function suiteFiles(settings: Pick<SuiteSettings, 'kind'>): string[] {
  switch (settings.kind) {
    case 'api-bank':
      return [API_BANK_FILE];
    case 'builtin':
      return [];
  }
}

/** Opens a suite over the bytes of its files. Throws a `DataError` on data that a user can mend. */
export function openSuite(settings: SuiteSettings, sources: readonly SuiteSource[] = []): Suite {
  switch (settings.kind) {
    case 'api-bank':
      return openApiBank(settings, requireSource(sources, API_BANK_FILE));
    case 'builtin':
      return openBuiltin(settings);
  }
}

function requireSource(sources: readonly SuiteSource[], name: string): SuiteSource {
  const source = sources.find((candidate) => candidate.name === name);
  if (source) return source;
  throw new DataError({
    file: name,
    expected: 'the file to be there',
    hint: 'Set RATCHET_API_BANK or suite.path to the folder that holds it',
  });
}
