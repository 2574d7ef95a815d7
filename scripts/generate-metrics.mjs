// Writes docs/metrics.md. Run it after a change of worker/metric-table.ts; a test notices when it was forgotten.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
execFileSync(join('node_modules', '.bin', 'tsc'), ['-b', 'worker'], { stdio: 'inherit' });
const { renderMetrics } = await import('../dist/worker/metrics-page.js');
writeFileSync('docs/metrics.md', renderMetrics());
