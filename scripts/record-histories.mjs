// Records histories of sweeps and lineages, which test/replay holds every later version to. Run it once a release:
// recordings of released versions are never made anew.
import { join } from 'node:path';
import { build } from 'esbuild';

process.chdir(join(import.meta.dirname, '..'));
await import('./build.mjs');
await build({
  entryPoints: ['test/replay/record.ts'],
  outfile: 'dist/record-histories.mjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
});
await import('../dist/record-histories.mjs');
