import { StoreError } from './store.ts';

/** How long a request is repeated, in milliseconds: until `patience` is over, with pauses from the first to the last. */
export interface Persistence {
  patience: number;
  firstPause: number;
  lastPause: number;
}

/** `RATCHET_STORE_PATIENCE` in seconds, by default a minute: longer than a server needs to start anew. */
export function readPersistence(): Persistence {
  const seconds = Number(process.env['RATCHET_STORE_PATIENCE'] ?? 60);
  if (seconds >= 0) return { patience: 1000 * seconds, firstPause: 500, lastPause: 10_000 };
  throw new StoreError('refused', 'RATCHET_STORE_PATIENCE must be a number of seconds');
}
