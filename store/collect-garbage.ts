import { dirname } from 'node:path';
import { BLOCKS, blockFolder, manifestPath, parsePath } from './layout.ts';
import { BLOB_FRESH, type Store, StoreError, type StoredObject } from './store.ts';
import { readPlans, readRecords, type Survey, surveyStore } from './survey.ts';

/** Milliseconds. A day is well above the longest upload, and above any time between a blob and the record that names it. */
export const GRACE = 24 * 60 * 60 * 1000;
export const LEAST_GRACE = 2 * BLOB_FRESH;

export interface CollectOptions {
  /** What was written, or begun, less than so many milliseconds ago is left alone. */
  grace: number;
  /** Milliseconds since 1970. */
  now: number;
  /** False: it is only told what would be removed. */
  remove: boolean;
  /** Keys of blocks as if their weights were pruned already: to be told what that would bring. */
  pruned?: ReadonlySet<string>;
}

export interface Collection {
  /** Blobs that nothing names, weights that were pruned among them, and partial checkpoints of blocks that no sweep wants. */
  garbage: StoredObject[];
  /** Uploads and files that their writers never finished. */
  unfinished: string[];
}

/**
 * Finds, and with `remove` removes, what nothing needs: marks from every record of the store (committed blocks, finished
 * attempts, predictions, submitted plans and with them every evaluation that is pending), and takes what no mark reaches
 * and nobody wrote within the grace. Everything is marked again before anything is removed, and ages are looked at again
 * folder by folder. Safe while sweeps run. Throws `corrupt` where a record that may hold a mark cannot be read.
 */
export async function collectGarbage(store: Store, options: CollectOptions): Promise<Collection> {
  if (options.grace < LEAST_GRACE)
    throw new StoreError(
      'refused',
      `a grace of less than ${LEAST_GRACE / 3_600_000} hours is refused`,
    );
  const before = options.now - options.grace;
  const found = await findGarbage(store, before, options.pruned);
  if (!options.remove) return { garbage: found, unfinished: await store.listUnfinished() };
  const again = new Set((await findGarbage(store, before, options.pruned)).map(({ path }) => path));
  const folders = groupByFolder(found.filter(({ path }) => again.has(path)));
  const garbage: StoredObject[] = [];
  for (const [folder, paths] of folders)
    garbage.push(...(await clean(store, folder, paths, before)));
  return { garbage, unfinished: await store.sweepUnfinished(before) };
}

async function findGarbage(
  store: Store,
  before: number,
  pruned: Iterable<string> = [],
): Promise<StoredObject[]> {
  // First what is there, then what is named: what comes to be in between is young.
  const objects = await store.measure('');
  const survey = await surveyStore(store);
  for (const key of pruned) survey.pruned.set(key, Number.MAX_SAFE_INTEGER);
  await readRecords(survey);
  requireReadable(survey);
  await readPlans(survey);
  const idle = findIdleBlocks(objects, before);
  return objects.filter(({ path, modified }) => {
    const place = parsePath(path);
    if (!place || modified >= before) return false;
    if (place.kind === 'blob') return !survey.named.has(place.key);
    const partial = place.kind === 'partial' || place.kind === 'partial-file';
    return partial && idle.has(place.key) && !survey.wanted.has(place.key);
  });
}

function requireReadable(survey: Survey): void {
  const unreadable = survey.findings.find(({ path }) => mayHoldMarks(survey, path));
  if (!unreadable) return;
  throw new StoreError(
    'corrupt',
    `nothing is collected in ${survey.store.url}, since what it names may be needed: ${unreadable.what}; run ` +
      '`ratchet store repair`, then the sweep file again',
  );
}

/** Of records that cannot be read: the newest manifest of a block, what may still be committed, and predictions. */
function mayHoldMarks({ objects, blocks }: Survey, path: string): boolean {
  const place = parsePath(path);
  if (place?.kind === 'predictions') return true;
  if (place?.kind === 'outcome') return !blocks.has(place.key);
  if (place?.kind !== 'manifest') return false;
  const generation = Number(/manifest\.(\d+)\.json$/.exec(path)?.[1] ?? 1);
  return !objects.has(manifestPath(place.key, generation + 1));
}

/** Blocks with nothing young in them: a living attempt renews its lease. */
export function findIdleBlocks(objects: StoredObject[], before: number): Set<string> {
  const ofBlocks = objects.filter(({ path }) => path.startsWith(BLOCKS));
  const busy = new Set(ofBlocks.filter(({ modified }) => modified >= before).map(keyOf));
  return new Set(ofBlocks.map(keyOf).filter((key) => !busy.has(key)));
}

/** By blobs of like names, and by blocks. */
function groupByFolder(objects: StoredObject[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const { path } of objects) {
    const place = parsePath(path);
    const folder = place?.kind === 'blob' ? `${dirname(path)}/` : blockFolder(place?.key ?? '');
    folders.set(folder, (folders.get(folder) ?? new Set()).add(path));
  }
  return folders;
}

/** Removes those that are still old. */
async function clean(
  store: Store,
  folder: string,
  paths: ReadonlySet<string>,
  before: number,
): Promise<StoredObject[]> {
  const all = await store.measure(folder);
  const old = all.filter(({ path, modified }) => paths.has(path) && modified < before);
  // Manifests of checkpoints first: none may name files that are gone.
  for (const group of [old.filter(isManifest), old.filter((object) => !isManifest(object))])
    await Promise.all(group.map(({ path }) => store.remove(path)));
  return old;
}

function keyOf({ path }: StoredObject): string {
  return parsePath(path)?.key ?? '';
}

function isManifest({ path }: StoredObject): boolean {
  return parsePath(path)?.kind === 'partial';
}
