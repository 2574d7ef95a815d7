import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { listPartials } from './attempt-history.ts';
import { type Attempt, closeAttempt } from './attempts.ts';
import { inspectBlock } from './blocks.ts';
import {
  attemptsFolder,
  type ObjectKind,
  parsePath,
  partialFilePath,
  partialManifestPath,
} from './layout.ts';
import { isSuperseded } from './leases.ts';
import {
  createRecord,
  type NamedFile,
  type PartialManifest,
  partialManifestSchema,
  type PartialRef,
  readRecord,
  type Start,
} from './records.ts';
import { type Store, StoreError } from './store.ts';

/** The newest is what the next attempt goes on from, the one before it stands in for a damaged one. */
const KEPT = 2;

/**
 * Stores the files below `folder` as a partial checkpoint of the attempt, its manifest last, and removes all but the
 * newest two of the block. The same step again is no news. False: the attempt is superseded and must stop.
 */
export async function putPartial(
  store: Store,
  attempt: Attempt,
  step: number,
  folder: string,
): Promise<boolean> {
  const { key, number, round } = attempt;
  const path = partialManifestPath(key, number, step);
  if ((await store.read(path)) !== undefined) return true;
  const files: NamedFile[] = [];
  for (const name of await listFiles(folder)) {
    const ref = await store.putFile(partialFilePath(key, number, step, name), join(folder, name));
    files.push({ name, ...ref });
  }
  const manifest: PartialManifest = { format: 1, key, attempt: number, round, step, files };
  if (!(await isSuperseded(store, attempt))) await createRecord(store, path, manifest);
  if (!(await isSuperseded(store, attempt))) {
    await removeOldPartials(store, key, { attempt: number, step });
    return true;
  }
  // A newer attempt may rely on it by now; only where the block is committed it can serve nobody.
  const block = await inspectBlock(store, key);
  if (block.state === 'intact') await removePartial(store, key, { attempt: number, step });
  return false;
}

/** Where an attempt starts, and the newer checkpoints that turned out damaged, for `recordStart` and for people. */
export type Restored = Pick<Start, 'resumedFrom' | 'damaged'>;

/**
 * Restores the newest partial checkpoint that is whole into `folder`, which then holds exactly its files; without any,
 * `folder` is absent.
 */
export async function restoreNewestPartial(
  store: Store,
  attempt: Attempt,
  folder: string,
): Promise<Restored> {
  const damaged: Restored['damaged'] = [];
  for (const ref of await listPartials(store, attempt.key)) {
    try {
      if (await restorePartial(store, attempt, ref, folder)) return { resumedFrom: ref, damaged };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      if (!(error instanceof StoreError) || !['missing', 'corrupt'].includes(error.fault))
        throw error;
      damaged.push({ ...ref, reason: error.message });
    }
  }
  return { resumedFrom: null, damaged };
}

/** False: it belongs to an earlier round, perhaps to another parent. Throws `missing` or `corrupt`. */
async function restorePartial(
  store: Store,
  { key, round }: Attempt,
  { attempt, step }: PartialRef,
  folder: string,
): Promise<boolean> {
  const path = partialManifestPath(key, attempt, step);
  const manifest = await readRecord(store, path, partialManifestSchema);
  if (manifest?.key !== key || manifest.attempt !== attempt || manifest.step !== step) {
    throw new StoreError('corrupt', `${path} is damaged: it belongs elsewhere`);
  }
  if (manifest.round !== round) return false;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name, sha256, size } of manifest.files) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    const from = partialFilePath(key, attempt, step, name);
    const found = await store.fetchFile(from, file);
    if (found.sha256 === sha256 && found.size === size) continue;
    throw new StoreError('corrupt', `${from} is damaged: ${found.size} bytes of another content`);
  }
  return true;
}

/**
 * After the commit: ends every attempt that has no outcome as lost, so that the history stays readable, and removes
 * the partial checkpoints of all. May be repeated.
 */
export async function cleanPartials(store: Store, key: string): Promise<void> {
  const paths = await store.list(attemptsFolder(key));
  const ofKind = (kind: ObjectKind): string[] =>
    paths.filter((path) => parsePath(path)?.kind === kind);
  for (const path of ofKind('claim')) await closeAttempt(store, key, parsePath(path)?.attempt ?? 0);
  // Manifests first: none may name files that are gone.
  await removeAll(store, ofKind('partial'));
  await removeAll(store, ofKind('partial-file'));
}

/** Only what is older than `newest`: a partial of an earlier round may claim more steps. */
async function removeOldPartials(store: Store, key: string, newest: PartialRef): Promise<void> {
  const older = (await listPartials(store, key)).filter(
    ({ attempt, step }) => attempt <= newest.attempt && step <= newest.step,
  );
  for (const old of older.slice(KEPT)) await removePartial(store, key, old);
}

async function removePartial(store: Store, key: string, ref: PartialRef): Promise<void> {
  await store.remove(partialManifestPath(key, ref.attempt, ref.step));
  await removeAll(store, await store.list(partialFilePath(key, ref.attempt, ref.step, '')));
}

async function removeAll(store: Store, paths: string[]): Promise<void> {
  await Promise.all(paths.map((path) => store.remove(path)));
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}
