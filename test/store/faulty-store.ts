import type { Store } from '../../store/store.ts';

/** Called before and after every operation on the store, counted from 0; what it throws or waits for is the fault. */
export interface Fault {
  before?: (operation: number, name: string) => Promise<void> | void;
  after?: (operation: number, name: string) => Promise<void> | void;
}

/** The same store with faults: after one in `after`, the operation was executed and its answer is lost. */
export function withFaults(store: Store, fault: Fault): Store {
  let operations = 0;
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const operation = operations++;
        await fault.before?.(operation, String(name));
        const result: unknown = await value.apply(target, args);
        await fault.after?.(operation, String(name));
        return result;
      };
    },
  });
}

export class Killed extends Error {}

/** The process dies at an operation: before it, or after it was executed; and at every later one. */
export function killedAt(store: Store, at: number, when: 'before' | 'after'): Store {
  return withFaults(store, {
    [when]: (operation: number) => {
      if (operation >= at) throw new Killed();
    },
    ...(when === 'after' && {
      before: (operation: number) => {
        if (operation > at) throw new Killed();
      },
    }),
  });
}

/** The process dies when it begins the step after `last`. */
export function dieAfter(last: number): (step: number) => void {
  return (step) => {
    if (step > last) throw new Killed();
  };
}
