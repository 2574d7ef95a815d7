import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { copyHashed, withFile } from '../store/durable-files.ts';
import { isObjectPath } from '../store/object-path.ts';
import { sha256Of } from '../store/records.ts';
import { StoreError } from '../store/store.ts';
import { holdLock } from './node-lock.ts';
import { openWeightsSource, type WeightsSource } from './weights-source.ts';

/** What a sweep file says of the weights that its trainer starts from. `digest`: SHA-256 of the list of their files. */
export interface BaseWeights {
  source: string;
  digest: string;
}

/** As `sha256sum` writes it, beside the files. */
const LIST = 'SHA256SUMS';

/**
 * Links the trainer's base weights into a job's folder and returns their path there; null where it has none. They lie in a
 * cache that a whole node shares: fetched once, verified whenever they are used, and never written again.
 */
export async function linkBase(
  { base }: { base?: BaseWeights | undefined },
  folder: string,
  { cache, signal }: { cache: string; signal: AbortSignal },
): Promise<string | undefined> {
  if (!base) return undefined;
  await symlink(await provideBase(base, cache, signal), join(folder, 'base'));
  return 'base';
}

/** The folder of the weights in the cache. One process of a node fetches them, the others wait for it. */
export async function provideBase(
  base: BaseWeights,
  cache: string,
  signal: AbortSignal,
): Promise<string> {
  const entry = join(cache, 'base', base.digest);
  await mkdir(dirname(entry), { recursive: true });
  if (await isWhole(entry, base.digest)) return entry;
  return holdLock(`${entry}.lock`, signal, async () => {
    // Another may have fetched them meanwhile.
    if (!(await isWhole(entry, base.digest))) await fetchBase(base, entry, signal);
    return entry;
  });
}

/** Complete or absent: everything is there before the folder gets its name. A damaged one gives way. */
async function fetchBase(base: BaseWeights, entry: string, signal: AbortSignal): Promise<void> {
  const source = await openWeightsSource(base.source);
  const unfinished = `${entry}.${randomUUID()}.unfinished`;
  try {
    await mkdir(unfinished);
    const list = await readList(source, base);
    for (const { name, sha256 } of parseList(base.source, list)) {
      signal.throwIfAborted();
      const file = join(unfinished, name);
      await mkdir(dirname(file), { recursive: true });
      if ((await source.fetch(name, file)) !== sha256)
        throw new StoreError('corrupt', `${base.source}: ${name} is not what its ${LIST} says`);
      await chmod(file, 0o444);
    }
    await writeFile(join(unfinished, LIST), list, { mode: 0o444 });
    await giveWay(entry);
    await rename(unfinished, entry);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
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
    `${base.source}: the digest of its ${LIST} is ${digest}, the sweep file expects ${base.digest}`,
  );
}

interface ListedFile {
  name: string;
  sha256: string;
}

function parseList(source: string, list: Uint8Array): ListedFile[] {
  const lines = new TextDecoder().decode(list).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, sha256 = '', name = ''] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
    if (sha256 !== '' && isObjectPath(name) && name !== LIST) return { name, sha256 };
    throw new CausedError(
      'configuration',
      `${source}/${LIST}: expected lines of a digest and a plain relative path, found ${JSON.stringify(line.slice(0, 200))}`,
    );
  });
}

/** Reads all of it, which the trainer is about to do as well: what is read twice comes from memory. */
async function isWhole(entry: string, digest: string): Promise<boolean> {
  try {
    const list = await readFile(join(entry, LIST));
    if (sha256Of(list) !== digest) return false;
    for (const { name, sha256 } of parseList(entry, list)) {
      const found = await withFile(join(entry, name), 'r', (file) => copyHashed(file, null));
      if (found.sha256 !== sha256) return false;
    }
    return true;
  } catch {
    return false;
  }
}
