// How long a lineage's GPU is idle from the end of one block's training to the start of the next, and with what: a sweep of one
// lineage in the real cluster of the cluster tests. Everything runs on this machine, by one clock.
// Usage, where `npm run test:cluster` has run: node bench/gpu-idle.mjs. Figures are added to bench/results/gpu-idle.json.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const { status } = spawnSync(
  'node_modules/.bin/vitest',
  ['run', '--config', 'bench/gpu-idle/vitest.config.ts'],
  { stdio: 'inherit', cwd: join(import.meta.dirname, '..') },
);
process.exitCode = status ?? 1;
