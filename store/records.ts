import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../contract/digest.ts';
import { isObjectPath } from './object-path.ts';
import { type Store, StoreError } from './store.ts';

/**
 * Small JSON objects of the store. Each is canonical JSON with a digest of its other fields, so that damage shows:
 * equal records are equal bytes.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest');
const count = z.number().int().nonnegative();
const ordinal = z.number().int().positive();
const format = z.literal(1);

/** A file by its name relative to a folder; the name cannot leave the folder. */
export const namedFileSchema = z.strictObject({
  name: z.string().refine(isObjectPath, 'a relative path of plain segments'),
  sha256,
  size: count,
});
export type NamedFile = z.infer<typeof namedFileSchema>;

/** A running process, so that others can tell whether it still runs. Empty strings: not known here. */
export const processSchema = z.strictObject({
  host: z.string(),
  bootId: z.string(),
  pidNamespace: z.string(),
  pid: ordinal,
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof processSchema>;

export const ownerSchema = processSchema.extend({ sweep: z.string(), lineage: z.string() });
export type Owner = z.infer<typeof ownerSchema>;

/** A partial checkpoint: its attempt and step. */
export const partialRefSchema = z.strictObject({ attempt: ordinal, step: count });
export type PartialRef = z.infer<typeof partialRefSchema>;

/** A block's result by the SHA-256 of its very manifest: another may be committed when a damaged one is computed again. */
export const blockRefSchema = z.strictObject({ key: sha256, manifest: sha256 });
export type BlockRef = z.infer<typeof blockRefSchema>;

/** A block's result. Nothing in it differs between two ways of computing the same. `parent`: what it was trained from. */
export const manifestSchema = z.strictObject({
  format,
  key: sha256,
  parent: blockRefSchema.nullable(),
  trainer: z.string(),
  steps: count,
  tokens: count,
  files: z.array(namedFileSchema).min(1),
});
export type BlockManifest = z.infer<typeof manifestSchema>;

/** A committed block was found damaged: its newest generation, and why. `pruned`: its weights were given up on purpose. */
export const damageSchema = z.strictObject({
  format,
  key: sha256,
  round: ordinal,
  generation: ordinal,
  reasons: z.array(z.string()),
  pruned: z.literal(true).optional(),
});

/** That damage is mended: the files of this manifest stand again. */
export const mendedSchema = z.strictObject({
  format,
  key: sha256,
  round: ordinal,
  manifest: sha256,
});

/** `round`: how often the block had been found damaged before; `claimedAt` is for people only. */
export const claimSchema = z.strictObject({
  format,
  key: sha256,
  attempt: ordinal,
  round: count,
  owner: ownerSchema,
  nonce: z.string(),
  claimedAt: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;

/** Renewed while the attempt lives: a beat counter, and the last step that the trainer reported. */
export const leaseSchema = z.strictObject({
  format,
  key: sha256,
  attempt: ordinal,
  beat: count,
  step: count,
});
export type Lease = z.infer<typeof leaseSchema>;

/** Where an attempt went on from, and the newer partial checkpoints that it could not use. */
export const startSchema = z.strictObject({
  format,
  key: sha256,
  attempt: ordinal,
  resumedFrom: partialRefSchema.nullable(),
  /** Digest of the base weights that its trainer was given. */
  base: sha256.optional(),
  damaged: z.array(partialRefSchema.extend({ reason: z.string() })),
});
export type Start = z.infer<typeof startSchema>;

const outcomeFields = {
  format,
  key: sha256,
  attempt: ordinal,
  round: count,
  /** The last renewal of the lease, and the last step known. */
  beat: count,
  step: count,
  /** Every partial checkpoint of the block that was durable at the end of this attempt. */
  partials: z.array(partialRefSchema),
  endedAt: z.string(),
};

/** How an attempt ended. `adopted`: the result was there already. `lost` is written by a later attempt. */
export const outcomeSchema = z.discriminatedUnion('result', [
  z.strictObject({
    ...outcomeFields,
    result: z.literal('done'),
    manifest: manifestSchema,
    computeSeconds: z.number().nonnegative(),
  }),
  z.strictObject({ ...outcomeFields, result: z.literal('adopted') }),
  z.strictObject({ ...outcomeFields, result: z.literal('interrupted'), reason: z.string() }),
  z.strictObject({
    ...outcomeFields,
    result: z.literal('failed'),
    cause: z.string(),
    message: z.string(),
  }),
  z.strictObject({ ...outcomeFields, result: z.literal('lost') }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;
export type DoneOutcome = Extract<Outcome, { result: 'done' }>;

/** Written last: the files it names are durable. */
export const partialManifestSchema = z.strictObject({
  format,
  key: sha256,
  attempt: ordinal,
  round: count,
  step: count,
  files: z.array(namedFileSchema),
});
export type PartialManifest = z.infer<typeof partialManifestSchema>;

export function encodeRecord(record: object): Uint8Array {
  const digest = sha256Of(canonicalJson(record));
  return new TextEncoder().encode(`${canonicalJson({ ...record, digest })}\n`);
}

/** Throws `StoreError` `corrupt` unless the bytes are what `encodeRecord` made of such a record. */
export function decodeRecord<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(checkDigest(path, bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(path, `${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

/** The record at a path, or undefined where there is none. */
export async function readRecord<T>(
  store: Store,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const bytes = await store.read(path);
  return bytes && decodeRecord(path, bytes, schema);
}

/** For records that nothing depends on: undefined also where one is damaged. */
export async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StoreError && error.fault === 'corrupt') return undefined;
    throw error;
  }
}

/** Create-only, and true also where the very same record stands: an acknowledgement may have been lost. */
export async function createRecord(store: Store, path: string, record: object): Promise<boolean> {
  const bytes = encodeRecord(record);
  if (await store.create(path, bytes)) return true;
  const found = await store.read(path);
  return found !== undefined && Buffer.compare(found, bytes) === 0;
}

export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function checkDigest(path: string, bytes: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw corrupt(path, 'it is no JSON text');
  }
  if (typeof value !== 'object' || value === null || !('digest' in value)) {
    throw corrupt(path, 'it has no digest');
  }
  const { digest, ...record } = value;
  if (digest !== sha256Of(canonicalJson(record))) throw corrupt(path, 'its digest does not match');
  return record;
}

function corrupt(path: string, reason: string): StoreError {
  return new StoreError('corrupt', `${path} is damaged: ${reason}`);
}
