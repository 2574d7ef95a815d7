// Writes docs/causes.md. Run it after a change of contract/causes.ts; a test notices when it was forgotten.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
execFileSync(join('node_modules', '.bin', 'tsc'), ['-b', 'report'], { stdio: 'inherit' });
const { renderCauses } = await import('../dist/report/causes-page.js');
writeFileSync('docs/causes.md', renderCauses());
