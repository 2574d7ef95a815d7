// Writes what follows from charts/values-schema.ts: the chart's values.yaml, its values.schema.json and the table of its
// README. Run it after a change there; a test notices when it was forgotten.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b', 'charts'], {
  stdio: 'inherit',
});
const { renderChartFiles } = await import('../dist/charts/chart-files.js');
const chart = (name) => join('charts', 'ratchet', name);
const files = renderChartFiles(readFileSync(chart('README.md'), 'utf8'));
for (const [name, text] of Object.entries(files)) writeFileSync(chart(name), text);
