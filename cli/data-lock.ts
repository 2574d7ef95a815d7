import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../contract/digest.ts';
import { fillFile } from '../store/durable-files.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { SweepData } from './open-data.ts';
import { readBounded } from './suite-files.ts';

/** What a sweep's data were when somebody looked at them: kept beside the sweep file, in version control. */
const lockSchema = z.strictObject({
  format: z.literal('ratchet/lock/1'),
  /** Of all examples: what settings and files come to. */
  digest: z.string(),
  /** The suite's settings, defaults filled in, without its path. */
  suite: z.record(z.string(), z.json()),
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.int() })),
});
export type DataLock = z.infer<typeof lockSchema>;

const LOCK_BYTES = 10_000_000;
/** Differences named at once. */
const SHOWN = 10;

export function lockPath(file: string): string {
  return `${file}.lock.json`;
}

export function makeLock({ sweep, suite, sources }: SweepData): DataLock {
  const { path: _, ...settings } = { path: undefined, ...sweep.suite };
  return {
    format: 'ratchet/lock/1',
    digest: suite.digest,
    suite: JSON.parse(JSON.stringify(settings)) as DataLock['suite'],
    files: Object.fromEntries(
      sources.map(({ name, bytes }) => [name, { sha256: sha256Hex(bytes), bytes: bytes.length }]),
    ),
  };
}

export async function writeLock(file: string, lock: DataLock): Promise<void> {
  await fillFile(lockPath(file), (draft) => draft.writeFile(`${JSON.stringify(lock, null, 2)}\n`));
}

/** Throws a `CliError` when there is a lock and the data are not those that it names. */
export async function checkLock(data: SweepData): Promise<void> {
  const locked = await readLock(data.file);
  if (!locked) return;
  const differences = compareLocks(locked, makeLock(data));
  if (differences.length === 0) return;
  const shown = differences.slice(0, SHOWN).map((difference) => `  ${difference}`);
  const more = differences.length > SHOWN ? [`  and ${differences.length - SHOWN} more`] : [];
  throw new CliError(
    EXIT.data,
    [
      `${data.file}: the data are not those of ${lockPath(data.file)}:`,
      ...shown,
      ...more,
      `accept them with: ratchet lock ${data.file}`,
    ].join('\n'),
  );
}

async function readLock(file: string): Promise<DataLock | undefined> {
  const path = lockPath(file);
  let text: string;
  try {
    text = new TextDecoder().decode(await readBounded(path, LOCK_BYTES, EXIT.data));
  } catch (error) {
    if (error instanceof CliError && error.message.endsWith('no such file')) return undefined;
    throw error;
  }
  const result = lockSchema.safeParse(parseOrNothing(text));
  if (result.success) return result.data;
  throw new CliError(
    EXIT.data,
    `${path}: no lock that this Ratchet can read: write it anew with: ratchet lock ${file}`,
  );
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In sentences; files first, because they are what changes behind one's back. */
function compareLocks(locked: DataLock, found: DataLock): string[] {
  const files = [...new Set([...Object.keys(locked.files), ...Object.keys(found.files)])];
  const changes = files.flatMap((name) => {
    const [before, now] = [locked.files[name], found.files[name]];
    if (!before) return [`${name}: new`];
    if (!now) return [`${name}: gone`];
    if (before.sha256 === now.sha256) return [];
    const sizes =
      before.bytes === now.bytes ? '' : `, ${before.bytes} bytes before, ${now.bytes} now`;
    return [
      `${name}: changed (sha256 ${before.sha256.slice(0, 12)} before, ${now.sha256.slice(0, 12)} now${sizes})`,
    ];
  });
  const settings = [...new Set([...Object.keys(locked.suite), ...Object.keys(found.suite)])];
  const differing = settings.filter(
    (name) =>
      canonicalJson(locked.suite[name] ?? null) !== canonicalJson(found.suite[name] ?? null),
  );
  const all = [...changes, ...differing.map((name) => `suite.${name}: another setting`)];
  if (all.length > 0 || locked.digest === found.digest) return all;
  return ['the same files and settings, read differently by this version of Ratchet'];
}
