import { defineConfig } from 'vitest/config';

/** `npm run test:cluster`: real pods, one file at a time; a cluster is started before the first and ended after the last. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/support/helm.ts', 'test/cluster/setup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
