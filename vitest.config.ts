import { defineConfig } from 'vitest/config';

/** Folders whose tests start servers, workers or compilers: one file at a time. */
const WHOLE = ['boundary', 'cli', 'faults', 'replay', 'workflows'];
const whole = WHOLE.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: whole,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'whole',
          include: whole,
          globalSetup: 'test/support/build.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
