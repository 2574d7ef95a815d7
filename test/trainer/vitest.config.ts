import { defineConfig } from 'vitest/config';

/** Part of `npm run test:trainer`, which brings the trainer's environment. */
export default defineConfig({
  test: {
    include: ['test/trainer/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
  },
});
