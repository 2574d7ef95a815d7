// Writes the JSON Schemas: of the sweep file for editors, of the trainer protocol for whoever writes a trainer. Run it after a
// change of spec/schema.ts or contract/trainer-*.ts; a test notices when it was forgotten.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
const tool = (name, ...args) =>
  execFileSync(join('node_modules', '.bin', name), args, { stdio: 'inherit' });

tool('tsc', '-b', 'spec');
const { specJsonSchema } = await import('../dist/spec/json-schema.js');
const { trainerSchemas } = await import('../dist/contract/trainer-schemas.js');
const schemas = { 'ratchet-v1': specJsonSchema(), ...trainerSchemas() };
for (const [name, schema] of Object.entries(schemas))
  writeFileSync(`schema/${name}.schema.json`, JSON.stringify(schema));
tool('biome', 'format', '--write', 'schema');
