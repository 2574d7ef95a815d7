import { tryPath } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import { readTries, type Try } from '../store/tries.ts';

/** Tries that have ended never change: they are read once, however often they are asked for. */
const ended = new Map<string, Map<string, Try>>();

/** All that the sweep ever began, those that run included. */
export async function readKnownTries(store: Store, sweep: string): Promise<Try[]> {
  const name = `${store.url} ${sweep}`;
  const known = ended.get(name) ?? new Map<string, Try>();
  ended.set(name, known);
  const tries = await readTries(store, sweep, known);
  for (const one of tries) if (one.end) known.set(tryPath(sweep, one.name), one);
  return tries;
}
