import { afterAll } from 'vitest';

const acts: (() => unknown)[] = [];

// Registered while the file that imports it is collected: within a test `afterAll` is heard by nobody.
afterAll(async () => {
  for (const act of acts.toReversed()) await act();
});

/** When all tests of the file are done, what came last first. From anywhere, a test's body included. */
export function afterwards(act: () => unknown): void {
  acts.push(act);
}
