import { checkInvariants } from '../../store/check-invariants.ts';
import { collectGarbage, GRACE } from '../../store/collect-garbage.ts';
import { parsePath, SWEEPS } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import { readTries } from '../../store/tries.ts';

/**
 * What is wrong with a store after its sweeps have ended, whatever was done to them: promises that were broken, accounts of
 * pods that were left open, and what garbage collection, two days later, leaves of uploads or breaks.
 */
export async function findBroken(store: Store): Promise<object[]> {
  const before = await checkInvariants(store);
  const open = await listOpen(store);
  await collectGarbage(store, { grace: GRACE, now: Date.now() + 2 * GRACE, remove: true });
  const uploads = (await store.listUnfinished()).map((path) => ({ path, what: 'left unfinished' }));
  const after = before.length > 0 ? [] : await checkInvariants(store);
  return [...before, ...open, ...uploads, ...after];
}

async function listOpen(store: Store): Promise<object[]> {
  const paths = await store.list(SWEEPS);
  const sweeps = new Set(paths.flatMap((path) => parsePath(path)?.key ?? []));
  const tries = await Promise.all([...sweeps].map((sweep) => readTries(store, sweep)));
  return tries
    .flat()
    .filter(({ pod, end }) => pod !== null && end === null)
    .map(({ name, stage, block }) => ({ path: name, what: `${stage} ${block} has no end` }));
}
