import { readDamage, recordMended, recordRound } from './damage.ts';
import { blobPath, manifestPath } from './layout.ts';
import {
  type BlockManifest,
  createRecord,
  decodeRecord,
  encodeRecord,
  type NamedFile,
  manifestSchema,
  sha256Of,
} from './records.ts';
import { type Store, StoreError } from './store.ts';

/** A committed result. `sha256` is the manifest's own, by which children and predictions name what they stem from. */
export interface Block {
  manifest: BlockManifest;
  sha256: string;
  generation: number;
}

/**
 * `round` counts the times the block was found damaged or pruned. A pruned block is committed without weights: who needs
 * those trains it again. A damaged block has its newest manifest, unless that is unreadable itself; `recorded`: the damage
 * record of this round stands.
 */
export type BlockState =
  | { state: 'absent' }
  | { state: 'intact'; block: Block; round: number }
  | { state: 'pruned'; block: Block; round: number }
  | {
      state: 'damaged';
      block: Block | null;
      generation: number;
      round: number;
      recorded: boolean;
      reasons: string[];
    };

/** Committed, and nothing speaks against it, though its weights may be pruned. */
export function hasResult(state: BlockState['state']): boolean {
  return state === 'intact' || state === 'pruned';
}

/** The newest generation, whatever became of its files. Throws `corrupt` when its manifest is unreadable. */
export async function readBlock(store: Store, key: string): Promise<Block | undefined> {
  const newest = await readNewest(store, key);
  return newest && decodeBlock(newest);
}

/** As `readBlock`; throws `missing` where nothing is committed. */
export async function requireBlock(store: Store, key: string): Promise<Block> {
  const block = await readBlock(store, key);
  if (!block) throw new StoreError('missing', `block ${key} is not committed`);
  return block;
}

/**
 * Whether a block is committed and may be used: its files stand in their sizes (contents are `findDamage`'s business), no
 * damage is recorded, and its parent's newest manifest is the one it was trained from. A few small reads.
 */
export async function inspectBlock(store: Store, key: string): Promise<BlockState> {
  const newest = await readNewest(store, key);
  if (newest === undefined) return { state: 'absent' };
  const { generation } = newest;
  const { round, open } = await readDamage(store, key, generation);
  const { block, reasons } = await checkBlock(store, newest, open?.pruned ? null : hasFile);
  if (block && reasons.length === 0) {
    if (!open) return { state: 'intact', block, round };
    if (open.pruned) return { state: 'pruned', block, round };
  }
  const recorded = open !== null && !open.pruned;
  const known = recorded ? { round, reasons: open.reasons } : { round: round + 1, reasons };
  return { state: 'damaged', block, generation, recorded, ...known };
}

/**
 * Reads every byte of a committed block, and records what is damaged, so that it is computed again. Returns the reasons;
 * none: nothing is wrong, or the weights were pruned. To be called where reading the block failed.
 */
export async function findDamage(store: Store, key: string): Promise<string[]> {
  const found = await inspectBlock(store, key);
  if (found.state === 'absent' || found.state === 'pruned') return [];
  const reasons =
    found.state === 'damaged' ? found.reasons : await findDamagedFiles(store, found.block.manifest);
  if (reasons.length > 0) await recordDamage(store, key, found, reasons);
  return reasons;
}

/** Writes the damage record of a round unless it stands. Returns the round. */
export async function recordDamage(
  store: Store,
  key: string,
  found: Exclude<BlockState, { state: 'absent' }>,
  reasons: string[],
): Promise<number> {
  const damaged = found.state === 'damaged';
  const round = damaged ? found.round : found.round + 1;
  if (damaged && found.recorded) return round;
  const generation = damaged ? found.generation : found.block.generation;
  await recordRound(store, { key, round, generation, reasons });
  return round;
}

export interface Commit {
  block: Block;
  /** Somebody else's different manifest stood there first and is the result. */
  adopted: boolean;
}

/**
 * The commit point: create-only, after making sure that every file it names is stored. The first commit wins, the loser
 * adopts. Where the committed block is damaged, the same files mend it and different ones become its next generation.
 * The files' blobs must have been put with `overwrite` in a round above 0.
 */
export async function commitBlock(store: Store, manifest: BlockManifest): Promise<Commit> {
  const { key } = manifest;
  const sha256 = sha256Of(encodeRecord(manifest));
  await requireFiles(store, manifest);
  for (;;) {
    const found = await inspectBlock(store, key);
    if (found.state === 'intact') {
      return { block: found.block, adopted: found.block.sha256 !== sha256 };
    }
    if (found.state !== 'absent' && found.block?.sha256 === sha256) {
      await mend(store, found.block, found.round);
      return { block: found.block, adopted: false };
    }
    const generation = nextGeneration(found);
    if (await createRecord(store, manifestPath(key, generation), manifest)) {
      return { block: { manifest, sha256, generation }, adopted: false };
    }
  }
}

/** Whether all files are stored in their sizes. */
export async function hasFiles(store: Store, files: NamedFile[]): Promise<boolean> {
  const found = await Promise.all(files.map(({ sha256, size }) => store.hasBlob(sha256, size)));
  return found.every(Boolean);
}

/** A committed manifest as it is stored, maybe damaged. */
export interface StoredManifest {
  key: string;
  generation: number;
  path: string;
  bytes: Uint8Array;
}

/** All generations, oldest first: contiguous, so that the first missing one ends the search (two reads, mostly). */
export async function readGenerations(store: Store, key: string): Promise<StoredManifest[]> {
  const found: StoredManifest[] = [];
  for (let generation = 1; ; generation++) {
    const path = manifestPath(key, generation);
    const bytes = await store.read(path);
    if (bytes === undefined) return found;
    found.push({ key, generation, path, bytes });
  }
}

/** Throws `corrupt` unless it is the whole manifest of that block. */
export function decodeBlock({ key, generation, path, bytes }: StoredManifest): Block {
  const manifest = decodeRecord(path, bytes, manifestSchema);
  if (manifest.key !== key) {
    throw new StoreError('corrupt', `${path} is damaged: it is the manifest of ${manifest.key}`);
  }
  return { manifest, sha256: sha256Of(bytes), generation };
}

async function readNewest(store: Store, key: string): Promise<StoredManifest | undefined> {
  return (await readGenerations(store, key)).at(-1);
}

type CheckFile = (store: Store, file: NamedFile) => Promise<string | null>;

/** The block if its manifest can be read, and what speaks against using it. `checkFile` null: it has no files. */
async function checkBlock(
  store: Store,
  newest: StoredManifest,
  checkFile: CheckFile | null,
): Promise<{ block: Block | null; reasons: string[] }> {
  let block: Block;
  try {
    block = decodeBlock(newest);
  } catch (error) {
    if (error instanceof StoreError) return { block: null, reasons: [error.message] };
    throw error;
  }
  const { parent, files } = block.manifest;
  const reasons = await Promise.all(files.map(async (file) => checkFile && checkFile(store, file)));
  const parentNow = parent && (await readNewest(store, parent.key));
  if (parent && (!parentNow || sha256Of(parentNow.bytes) !== parent.manifest)) {
    reasons.push(`its parent ${parent.key} was computed again with another result`);
  }
  return { block, reasons: reasons.filter((reason) => reason !== null) };
}

const hasFile: CheckFile = async (store, { name, sha256, size }) =>
  (await store.hasBlob(sha256, size))
    ? null
    : `${name}: its blob ${sha256} is missing or cut short`;

const verifyFile: CheckFile = async (store, { name, sha256, size }) => {
  const found = await store.digest(blobPath(sha256));
  if (!found) return `${name}: its blob ${sha256} is missing`;
  if (found.sha256 === sha256 && found.size === size) return null;
  return `${name}: its blob ${sha256} is damaged (${found.size} bytes, ${size} expected)`;
};

/** Reads every byte of a block's files. Returns what is wrong with them. */
export async function findDamagedFiles(store: Store, manifest: BlockManifest): Promise<string[]> {
  const reasons = await Promise.all(manifest.files.map((file) => verifyFile(store, file)));
  return reasons.filter((reason) => reason !== null);
}

async function requireFiles(store: Store, manifest: BlockManifest): Promise<void> {
  if (await hasFiles(store, manifest.files)) return;
  throw new StoreError(
    'missing',
    `block ${manifest.key} cannot be committed: not all of its files are in ${store.url}`,
  );
}

/** Only after reading every byte: the same files must really stand again. */
async function mend(store: Store, block: Block, round: number): Promise<void> {
  const { key } = block.manifest;
  const [reason] = await findDamagedFiles(store, block.manifest);
  if (reason !== undefined)
    throw new StoreError('corrupt', `block ${key} is still damaged: ${reason}`);
  await recordMended(store, { key, round, manifest: block.sha256 });
}

function nextGeneration(found: Exclude<BlockState, { state: 'intact' }>): number {
  if (found.state === 'absent') return 1;
  return (found.state === 'pruned' ? found.block.generation : found.generation) + 1;
}
