// Writes the JSON Schema that editors use. Run it after a change of spec/schema.ts; a test notices when it was forgotten.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const tool = (name, ...args) =>
  execFileSync(join('node_modules', '.bin', name), args, { stdio: 'inherit' });
const file = 'schema/ratchet-v1.schema.json';

tool('tsc', '-b', 'spec');
const { specJsonSchema } = await import('../dist/spec/json-schema.js');
writeFileSync(file, JSON.stringify(specJsonSchema()));
tool('biome', 'format', '--write', file);
