#!/usr/bin/env node
// In a checkout the first call compiles; a published package carries dist/.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, 'dist', 'workflows.bundle.js'))) {
  process.stderr.write('ratchet: compiling, once (about 15 s) ...\n');
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
}
await import('../dist/cli/main.js');
