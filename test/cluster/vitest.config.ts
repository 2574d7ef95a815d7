import { defineConfig } from 'vitest/config';
import { MatrixReporter } from './matrix-reporter.ts';

const full = process.env['RATCHET_CLUSTER_FULL'] !== undefined;

/** `npm run test:cluster`: real pods, one file at a time; a cluster is started before the first and ended after the last. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    exclude: full ? [] : ['test/cluster/full/**'],
    reporters: full ? ['default', new MatrixReporter()] : ['default'],
    globalSetup: ['test/support/helm.ts', 'test/support/s3-binaries.ts', 'test/cluster/setup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
