import { defineConfig } from 'vitest/config';

/** Folders whose tests start servers, workers or compilers: one file at a time. */
const WHOLE = ['boundary', 'cli', 'faults', 'operations', 'replay', 'workflows'];
/** Tests that need an S3 server, which may have to be built first: last. */
const S3 = 'test/s3/**/*.test.ts';
/** Tests that need Helm, which may have to be built first: last too. */
const HELM = 'test/helm/**/*.test.ts';
const whole = WHOLE.map((folder) => `test/${folder}/**/*.test.ts`);
/** Milliseconds for what takes 40 s at most on two processors: they may be busy with something else. */
const WHOLE_TIMEOUT = 300_000;

export default defineConfig({
  test: {
    // What is drawn is tested without colors and as wide as usual, whatever the runner's own output has.
    env: { NO_COLOR: '1', COLUMNS: '80' },
    // What takes milliseconds, on a machine that is busy with something else.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...whole, S3, HELM, 'test/cluster/**', 'test/trainer/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: whole,
          globalSetup: 'test/support/build.ts',
          fileParallelism: false,
          testTimeout: WHOLE_TIMEOUT,
          hookTimeout: WHOLE_TIMEOUT,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 's3',
          include: [S3],
          globalSetup: ['test/support/build.ts', 'test/support/s3-binaries.ts'],
          fileParallelism: false,
          testTimeout: WHOLE_TIMEOUT,
          hookTimeout: WHOLE_TIMEOUT,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'helm',
          include: [HELM],
          globalSetup: 'test/support/helm.ts',
          testTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
