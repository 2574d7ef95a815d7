import { defineConfig } from 'vitest/config';

/** `node bench/gpu-idle.mjs`: one sweep in the cluster of the cluster tests. */
export default defineConfig({
  test: {
    include: ['bench/gpu-idle/*.test.ts'],
    globalSetup: ['test/support/s3-binaries.ts', 'test/cluster/setup.ts'],
    testTimeout: 600_000,
  },
});
