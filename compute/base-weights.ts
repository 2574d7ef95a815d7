import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { copyHashed, withFile } from '../store/durable-files.ts';
import { sha256Of } from '../store/records.ts';
import { StoreError } from '../store/store.ts';
import { holdLock } from './node-lock.ts';
import { LIST, type ListedFile, parseList } from './weights-list.ts';
import { openWeightsSource, type WeightsSource } from './weights-source.ts';

/** What a sweep file says of the weights that its trainer starts from. `digest`: SHA-256 of the list of their files. */
export interface BaseWeights {
  source: string;
  digest: string;
}

/**
 * Links the trainer's base weights into a job's folder and returns their path there; null where it has none. They lie in a
 * cache that a whole node shares: fetched once, verified whenever they are used, and never written again.
 */
export async function linkBase(
  { base }: { base?: BaseWeights | undefined },
  folder: string,
  { cache, signal, part }: { cache: string; signal: AbortSignal; part?: Part },
): Promise<string | undefined> {
  if (!base) return undefined;
  await symlink(await provideBase(base, cache, signal, part), join(folder, 'base'));
  return 'base';
}

/**
 * What is needed of base weights. `measuring`: files of nothing but weights are left out, so that whoever plans a sweep does
 * not fetch 16 GB to count tokens.
 */
export type Part = 'all' | 'measuring';

const WEIGHTS_ALONE = /\.(safetensors|bin|pth?|gguf)$/;

/** The folder of the weights in the cache. One process of a node fetches them, the others wait for it. */
export async function provideBase(
  base: BaseWeights,
  cache: string,
  signal: AbortSignal,
  part: Part = 'all',
): Promise<string> {
  const entry = join(cache, 'base', part === 'all' ? base.digest : `${base.digest}-${part}`);
  await mkdir(dirname(entry), { recursive: true });
  if (await isWhole(entry, base.digest, part)) return entry;
  return holdLock(`${entry}.lock`, signal, async () => {
    // Another may have fetched them meanwhile.
    if (!(await isWhole(entry, base.digest, part))) await fetchBase(base, entry, signal, part);
    return entry;
  });
}

/**
 * Complete or absent: everything is there before the folder gets its name. A damaged one gives way. What a try that was cut
 * off had fetched is not fetched again.
 */
async function fetchBase(
  base: BaseWeights,
  entry: string,
  signal: AbortSignal,
  part: Part,
): Promise<void> {
  const source = await openWeightsSource(base.source, signal);
  const list = await readList(source, base);
  const unfinished = await takeUnfinished(entry);
  try {
    for (const file of listPart(base.source, list, part)) {
      signal.throwIfAborted();
      await fetchListed(source, base, file, join(unfinished, file.name));
    }
    await writeFile(join(unfinished, LIST), list, { mode: 0o444 });
    await giveWay(entry);
    await rename(unfinished, entry);
  } catch (error) {
    if (!isCutOff(error, signal)) await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function fetchListed(
  source: WeightsSource,
  base: BaseWeights,
  { name, sha256 }: ListedFile,
  to: string,
): Promise<void> {
  if ((await digestOf(to)) === sha256) return;
  await mkdir(dirname(to), { recursive: true });
  if ((await source.fetch(name, to)) !== sha256)
    throw new StoreError('corrupt', `${base.source}: ${name} is not what its ${LIST} says`);
  await chmod(to, 0o444);
}

/** A folder of one's own, with what another left in its own. Whoever was at it and lives still will miss it and try anew. */
async function takeUnfinished(entry: string): Promise<string> {
  const own = `${entry}.${randomUUID()}.unfinished`;
  const [folder, prefix] = [dirname(entry), `${basename(entry)}.`];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.unfinished')) continue;
    const taken = await rename(join(folder, name), own).then(
      () => true,
      () => false, // Another was faster.
    );
    if (taken) return own;
  }
  await mkdir(own);
  return own;
}

function isCutOff(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof StoreError && error.fault === 'unreachable');
}

/** Whoever still reads what is damaged keeps the files that it has open. */
async function giveWay(entry: string): Promise<void> {
  const aside = `${entry}.${randomUUID()}.damaged`;
  await rename(entry, aside).catch(() => undefined); // There may be none.
  await rm(aside, { recursive: true, force: true });
}

async function readList(source: WeightsSource, base: BaseWeights): Promise<Uint8Array> {
  const list = await source.read(LIST);
  if (!list) throw new CausedError('configuration', `${base.source} has no ${LIST}`);
  const digest = sha256Of(list);
  if (digest === base.digest) return list;
  throw new CausedError(
    'configuration',
    `${base.source}: the digest of its ${LIST} is ${digest}, the sweep file expects ${base.digest}; if these are the weights that you want, set trainer.weights.digest to ${digest}`,
  );
}

function listPart(source: string, list: Uint8Array, part: Part): ListedFile[] {
  const files = parseList(source, list);
  return part === 'all' ? files : files.filter(({ name }) => !WEIGHTS_ALONE.test(name));
}

/** Reads all of it, which the trainer is about to do as well: what is read twice comes from memory. */
async function isWhole(entry: string, digest: string, part: Part): Promise<boolean> {
  try {
    const list = await readFile(join(entry, LIST));
    if (sha256Of(list) !== digest) return false;
    for (const { name, sha256 } of listPart(entry, list, part)) {
      if ((await digestOf(join(entry, name))) !== sha256) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Undefined where there is no such file. */
async function digestOf(file: string): Promise<string | undefined> {
  try {
    return (await withFile(file, 'r', (handle) => copyHashed(handle, null))).sha256;
  } catch {
    return undefined;
  }
}
