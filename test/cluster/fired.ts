import { TestRunner } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Faults that struck during a test, in words, and what came of them. */
    fired?: string[];
  }
}

/** Notes a fault that struck, for the matrix: what is only meant to happen proves nothing. */
export function fired(what: string): void {
  const meta = TestRunner.getCurrentTest()?.meta;
  if (meta) (meta.fired ??= []).push(what);
}
