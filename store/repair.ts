import { findDamage } from './blocks.ts';
import { blobPath, type ObjectKind, parsePath } from './layout.ts';
import type { Store } from './store.ts';
import { readRecords, surveyStore } from './survey.ts';

/** What was taken away, and why. */
export interface Repair {
  path: string;
  what: string;
}

/** Records that are written again when they are missing. A damaged manifest is not: its next generation replaces it. */
const WRITTEN_AGAIN: ObjectKind[] = ['predictions', 'score', 'count'];

/**
 * Makes everything that is damaged be computed again by the next run: records damage of blocks, and removes blobs that
 * do not match their hash and unreadable predictions, scores and counts. What is valid is never touched; a blob that
 * reads differently twice is left alone, since then the machine is not to be trusted.
 */
export async function repairStore(store: Store): Promise<Repair[]> {
  const survey = await surveyStore(store);
  await readRecords(survey);
  const repairs: Repair[] = [];
  for (const key of survey.blocks) {
    for (const what of await findDamage(store, key)) repairs.push({ path: `blocks/${key}`, what });
  }
  for (const sha256 of survey.blobs) {
    const path = blobPath(sha256);
    const first = await store.digest(path);
    if (!first || first.sha256 === sha256) continue;
    const again = await store.digest(path);
    if (again?.sha256 !== first.sha256) continue;
    await store.remove(path);
    repairs.push({ path, what: `its ${first.size} bytes had the hash ${first.sha256}` });
  }
  for (const { kind, path, what } of survey.findings) {
    const place = parsePath(path);
    if (kind !== 'unreadable' || !place || !WRITTEN_AGAIN.includes(place.kind)) continue;
    await store.remove(path);
    repairs.push({ path, what });
  }
  return repairs;
}
