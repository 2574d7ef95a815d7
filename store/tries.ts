import { z } from 'zod';
import { telemetrySchema } from '../contract/telemetry.ts';
import { trainerWarning } from '../contract/trainer-warnings.ts';
import { tryPath, triesFolder } from './layout.ts';
import { encodeRecord, readRecord, unlessDamaged } from './records.ts';
import type { Store } from './store.ts';

/**
 * Tries of a sweep: one for each pod, or trainer on a worker's own machine, whether it came to claim an attempt or not.
 * Written by whoever follows it, so that what it cost is known when it is gone; nothing is ever decided by them.
 */

const time = z.iso.datetime();
const text = z.string();

const endSchema = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('done') }),
  z.strictObject({
    result: z.enum(['interrupted', 'failed']),
    cause: text,
    message: text,
    /** How often its unit had failed so in a row, this one included. */
    failures: z.int().positive(),
  }),
  /** Paused or cancelled. */
  z.strictObject({ result: z.literal('stopped') }),
]);

export const trySchema = z.strictObject({
  format: z.literal(1),
  /** The sweep that pays for it. */
  key: text,
  name: text,
  stage: z.enum(['train', 'evaluate']),
  /** The block, or what an evaluation predicts. */
  unit: z.string().regex(/^[0-9a-f]{64}$/),
  condition: text,
  seed: z.int().nonnegative(),
  block: text,
  gpus: z.int().nonnegative(),
  /** Where it runs, in a cluster; nodes that it had to avoid. */
  pod: text.nullable(),
  node: text.nullable(),
  /** Digest of the image that its trainer ran there. */
  image: text.optional(),
  memory: text.nullable(),
  avoidNodes: z.array(text),
  /** Of the block, once it has claimed one. */
  attempt: z.int().positive().nullable(),
  state: z.enum(['waiting', 'queued', 'unschedulable', 'starting', 'running', 'ended']),
  /** Why it does not run yet, in the cluster's words. */
  message: text.nullable(),
  queuedAt: time,
  startingAt: time.nullable(),
  runningAt: time.nullable(),
  /** The last time that its follower saw it; its end once it has ended. */
  seenAt: time,
  /** Of an evaluation: answers predicted so far, and those that are committed. */
  predicted: z.int().nonnegative(),
  committed: z.int().nonnegative(),
  /** What its trainer told of training, and warned of; absent where it did not. */
  telemetry: telemetrySchema.optional(),
  warnings: z.array(trainerWarning).optional(),
  end: endSchema.nullable(),
});
export type Try = z.infer<typeof trySchema>;
export type TryEnd = z.infer<typeof endSchema>;

export async function writeTry(store: Store, one: Try): Promise<void> {
  await store.replace(tryPath(one.key, one.name), encodeRecord(one));
}

export async function removeTry(
  store: Store,
  { key, name }: Pick<Try, 'key' | 'name'>,
): Promise<void> {
  await store.remove(tryPath(key, name));
}

/** Undefined: none, or damaged. */
export async function readTry(store: Store, sweep: string, name: string): Promise<Try | undefined> {
  return readAt(store, tryPath(sweep, name));
}

/** A store on a network answers many small reads at once as fast as one. */
const READ_AT_ONCE = 32;

/** All tries of a sweep in the order in which they were first wanted; damaged ones are left out. */
export async function readTries(
  store: Store,
  sweep: string,
  known: ReadonlyMap<string, Try> = new Map(),
): Promise<Try[]> {
  const paths = await store.list(triesFolder(sweep));
  const tries: Try[] = [];
  for (let next = 0; next < paths.length; next += READ_AT_ONCE) {
    const batch = paths.slice(next, next + READ_AT_ONCE);
    const read = await Promise.all(
      batch.map(async (path) => known.get(path) ?? readAt(store, path)),
    );
    tries.push(...read.flatMap((one) => one ?? []));
  }
  return tries.toSorted((a, b) => compare(a.queuedAt, b.queuedAt) || compare(a.name, b.name));
}

/** Tries at the same block or evaluation together, each in their order. */
export function groupByUnit(tries: readonly Try[]): Try[][] {
  const groups = new Map<string, Try[]>();
  for (const one of tries) {
    const name = `${one.stage}/${one.unit}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}

/** From when it held its devices until it was last seen. */
export function heldSeconds({ startingAt, seenAt }: Try): number {
  if (startingAt === null) return 0;
  return Math.max(0, Date.parse(seenAt) - Date.parse(startingAt)) / 1000;
}

function readAt(store: Store, path: string): Promise<Try | undefined> {
  return unlessDamaged(readRecord(store, path, trySchema));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
