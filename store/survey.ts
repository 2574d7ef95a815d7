import { z } from 'zod';
import { inspectBlock } from './blocks.ts';
import { blobPath, type ObjectKind, type ObjectPlace, parsePath } from './layout.ts';
import {
  claimSchema,
  damageSchema,
  decodeRecord,
  leaseSchema,
  manifestSchema,
  mendedSchema,
  outcomeSchema,
  partialManifestSchema,
  startSchema,
} from './records.ts';
import { type Store, StoreError } from './store.ts';
import { trySchema } from './tries.ts';

/** Something wrong with a store: what, where, and how to mend it. */
export interface Finding {
  kind: 'unreadable' | 'damaged block' | 'damaged blob' | 'damaged checkpoint' | 'missing';
  path: string;
  what: string;
  mend: string;
}

export const AGAIN =
  'run `ratchet store repair`, then the sweep file again: what is damaged is computed again';

/** What other folders write is known by its key and what it refers to. */
export const predictionsSchema = z.looseObject({ key: z.string(), prompts: z.string() });
export const scoreSchema = z.looseObject({ key: z.string(), prediction: z.string() });
const countSchema = z.looseObject({ key: z.string() });

const SCHEMAS: Partial<Record<ObjectKind, z.ZodType<{ key: string }>>> = {
  manifest: manifestSchema,
  damage: damageSchema,
  mended: mendedSchema,
  claim: claimSchema,
  lease: leaseSchema,
  start: startSchema,
  outcome: outcomeSchema,
  partial: partialManifestSchema,
  predictions: predictionsSchema,
  score: scoreSchema,
  count: countSchema,
  try: trySchema,
};

/** A store on a network answers many small reads at once as fast as one. */
const READ_AT_ONCE = 32;

/** All that is in a store, by what it stands for. */
export interface Survey {
  store: Store;
  objects: Map<string, ObjectPlace>;
  blobs: Set<string>;
  blocks: Set<string>;
  /** Committed blocks whose weights were given up, and the round since when. */
  pruned: Map<string, number>;
  foreign: number;
  records: ReadRecord[];
  /** Digests that records name, with the path of one that does. */
  named: Map<string, string>;
  /** Those among them that the files of sweeps name, and, once read, their plans: what somebody still wants. */
  wanted: Set<string>;
  findings: Finding[];
}

/** A record that could be read. */
export interface ReadRecord {
  path: string;
  place: ObjectPlace;
  value: { key: string };
}

export async function surveyStore(store: Store): Promise<Survey> {
  const objects = new Map<string, ObjectPlace>();
  let foreign = 0;
  for (const path of await store.list('')) {
    const place = parsePath(path);
    if (place) objects.set(path, place);
    else foreign += 1;
  }
  const keysOf = (kind: ObjectKind): Set<string> =>
    new Set([...objects.values()].filter((place) => place.kind === kind).map(({ key }) => key));
  return {
    store,
    objects,
    blobs: keysOf('blob'),
    blocks: keysOf('manifest'),
    pruned: await findPruned(store, keysOf('damage')),
    foreign,
    records: [],
    named: new Map(),
    wanted: new Set(),
    findings: [],
  };
}

async function findPruned(store: Store, keys: ReadonlySet<string>): Promise<Map<string, number>> {
  const pruned = new Map<string, number>();
  for (const key of keys) {
    const found = await inspectBlock(store, key);
    if (found.state === 'pruned') pruned.set(key, found.round);
  }
  return pruned;
}

/** Reads every record: what is unreadable or misplaced becomes a finding. */
export async function readRecords(survey: Survey): Promise<void> {
  const places = [...survey.objects].filter(([, { kind }]) => kind in SCHEMAS || kind === 'sweep');
  for (let next = 0; next < places.length; next += READ_AT_ONCE) {
    const batch = places.slice(next, next + READ_AT_ONCE);
    const read = await Promise.all(batch.map(([path]) => survey.store.read(path)));
    for (const [index, [path, place]] of batch.entries()) {
      const bytes = read[index];
      if (bytes) noteRecord(survey, path, place, bytes);
    }
  }
}

function noteRecord(survey: Survey, path: string, place: ObjectPlace, bytes: Uint8Array): void {
  const value = decodeFound(survey, path, place, bytes);
  if (value) survey.records.push({ path, place, value });
  if (!isGivenUp(survey, place, value))
    noteDigests(survey, path, new TextDecoder().decode(bytes), place.kind === 'sweep');
}

function decodeFound(
  { findings }: Survey,
  path: string,
  place: ObjectPlace,
  bytes: Uint8Array,
): ReadRecord['value'] | undefined {
  const schema = SCHEMAS[place.kind];
  if (!schema) return undefined;
  try {
    const value = decodeRecord(path, bytes, schema);
    checkPlace(path, place, value);
    return value;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    findings.push({ kind: 'unreadable', path, what: error.message, mend: AGAIN });
    return undefined;
  }
}

/** What led to weights that were pruned since wants them no more; an attempt that trains them again does. */
function isGivenUp({ pruned }: Survey, { kind, key }: ObjectPlace, value?: object): boolean {
  const since = pruned.get(key);
  if (since === undefined) return false;
  if (kind === 'manifest') return true;
  return kind === 'outcome' && ((value as { round?: number })?.round ?? since) < since;
}

function checkPlace(path: string, place: ObjectPlace, value: object): void {
  const fields = value as { key: string; attempt?: number; step?: number };
  const attempt = place.attempt === 0 || place.attempt === fields.attempt;
  const step = place.kind !== 'partial' || place.step === fields.step;
  if (fields.key === place.key && attempt && step) return;
  throw new StoreError('corrupt', `${path} is damaged: it belongs to ${fields.key}`);
}

/** Plans are blobs that sweeps name, and name what their sweeps need. Throws where one cannot be read. */
export async function readPlans(survey: Survey): Promise<void> {
  const { store, blobs, wanted } = survey;
  for (const digest of [...wanted].filter((one) => blobs.has(one))) {
    const text = new TextDecoder().decode(await store.readBlob(digest));
    if (text.startsWith('{')) noteDigests(survey, blobPath(digest), text, true);
  }
}

function noteDigests(survey: Survey, path: string, text: string, wanted: boolean): void {
  for (const [digest] of text.matchAll(/\b[0-9a-f]{64}\b/g)) {
    survey.named.set(digest, path);
    if (wanted) survey.wanted.add(digest);
  }
}
