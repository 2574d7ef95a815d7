import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { z } from 'zod';
import { type ObjectKind, parsePath, sweepPath } from '../store/layout.ts';
import { isObjectPath } from '../store/object-path.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { readBounded } from './suite-files.ts';

/** An exported sweep is a folder: this file, and a store with everything that the sweep consists of. */
const INDEX = 'export.json';
/** An index above this is a mistake: a hundred bytes an object. */
const INDEX_BYTES = 500_000_000;

export function exportedStoreUrl(folder: string): string {
  return pathToFileURL(join(folder, 'store')).href;
}

export function exportIndexFile(folder: string): string {
  return join(folder, INDEX);
}

const KINDS: ObjectKind[] = ['manifest', 'predictions', 'score', 'count'];
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const indexSchema = z
  .strictObject({
    format: z.literal('ratchet/export/1'),
    sweep: z.string().refine((id) => isObjectPath(id) && !id.includes('/'), 'the id of a sweep'),
    /** Digest of the plan. */
    plan: sha256,
    /** Name of the sweep file that it was run from. */
    file: z.string(),
    /** Whether the weights of its blocks are there. */
    weights: z.boolean(),
    blobs: z.array(sha256),
    /** By path, with the digest of their bytes. */
    records: z.record(z.string().refine(isRecordPath, 'the path of a record'), sha256),
    reports: z.record(z.string(), sha256),
  })
  .refine(({ blobs, plan }) => blobs.includes(plan), { message: 'its plan among its blobs' })
  .refine(({ sweep, reports }) => Object.keys(reports).every((path) => isReportPath(path, sweep)), {
    message: "only the sweep's own reports",
    path: ['reports'],
  });

export type ExportIndex = z.infer<typeof indexSchema>;

function isRecordPath(path: string): boolean {
  const kind = isObjectPath(path) ? parsePath(path)?.kind : undefined;
  return kind !== undefined && KINDS.includes(kind);
}

function isReportPath(path: string, sweep: string): boolean {
  return isObjectPath(path) && path.startsWith(sweepPath(sweep, ''));
}

/** Throws a `CliError` that says what is wrong with the folder. */
export async function readExportIndex(folder: string): Promise<ExportIndex> {
  const file = exportIndexFile(folder);
  const text = new TextDecoder().decode(await readBounded(file, INDEX_BYTES, EXIT.data));
  const expected = 'expected what `ratchet export sweep` writes';
  const parsed = indexSchema.safeParse(parseOrNull(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.').slice(0, 200);
  const why = issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message;
  throw new CliError(
    EXIT.data,
    `${file}: ${expected}, found a fault${place ? ` at ${place}` : ''}: ${why}`,
  );
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
