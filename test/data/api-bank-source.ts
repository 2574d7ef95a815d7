import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SuiteSource } from '../../data/suite.ts';

const folder = process.env['RATCHET_API_BANK'] ?? resolve('../shared/api-bank');
const file = join(folder, 'level-1-api.json');

/** Why tests on API-Bank are skipped; undefined where its data is at hand. */
export const apiBankMissing = existsSync(file)
  ? undefined
  : `needs ${file}: set RATCHET_API_BANK to the folder of API-Bank's data`;

export function readApiBank(): SuiteSource {
  return { name: 'level-1-api.json', bytes: readFileSync(file) };
}
