import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SuiteSource } from '../../data/suite.ts';

const folder = process.env['RATCHET_API_BANK'] ?? resolve('../shared/api-bank');
const file = join(folder, 'level-1-api.json');

/** Why tests on API-Bank are skipped; undefined where its data is at hand. */
export const apiBankMissing = existsSync(file)
  ? undefined
  : `needs ${file}: set RATCHET_API_BANK to the folder of API-Bank's data`;

export function readApiBank(): SuiteSource {
  return readApiBankFile('level-1-api.json');
}

export function readApiBankFile(name: string): SuiteSource {
  return { name, bytes: readFileSync(join(folder, name)) };
}

/** What `source: dialogues` reads. */
export function readApiBankDialogues(): SuiteSource[] {
  const names = readdirSync(join(folder, 'dialogues'), { recursive: true, encoding: 'utf8' });
  const dialogues = names.filter((name) => name.endsWith('.jsonl')).toSorted();
  return [readApiBank(), ...dialogues.map((name) => readApiBankFile(`dialogues/${name}`))];
}
