import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { History } from '../contract/history.ts';
import type { Results } from '../contract/results.ts';
import { fillFile } from '../store/durable-files.ts';
import { sweepPath } from '../store/layout.ts';
import { openStore } from '../store/open-store.ts';
import { locateHome } from '../worker/home.ts';
import { CliError, EXIT } from './exit-codes.ts';

export interface ReportPaths {
  results: string;
  report: string;
}

/** Where a sweep's results and report lie as files: in a `file://` store itself, of others copied into the home. */
export async function materialiseReport(storeUrl: string, sweep: string): Promise<ReportPaths> {
  const local = storeUrl.startsWith('file://');
  const folder = local
    ? join(fileURLToPath(storeUrl), sweepPath(sweep, ''))
    : join(locateHome().folder, 'reports', sweep);
  if (!local) await copyReport(storeUrl, sweep, folder);
  return { results: join(folder, 'results.json'), report: join(folder, 'report.html') };
}

async function readSweepFileOf(storeUrl: string, sweep: string, name: string): Promise<Uint8Array> {
  const store = await openStore(storeUrl);
  const bytes = await store.read(sweepPath(sweep, name));
  if (bytes) return bytes;
  throw new CliError(
    EXIT.notFound,
    `sweep ${sweep} has no ${name} yet: it is written when the sweep ends, or by ratchet report`,
  );
}

export async function readResults(storeUrl: string, sweep: string): Promise<Results> {
  const bytes = await readSweepFileOf(storeUrl, sweep, 'results.json');
  return JSON.parse(new TextDecoder().decode(bytes)) as Results;
}

export async function readHistoryFile(storeUrl: string, sweep: string): Promise<History> {
  const bytes = await readSweepFileOf(storeUrl, sweep, 'history.json');
  return JSON.parse(new TextDecoder().decode(bytes)) as History;
}

/** Copies everything that the report consists of, but no plans, to a folder; each file whole whenever it is read. */
export async function copyReport(
  storeUrl: string,
  sweep: string,
  folder: string,
): Promise<string[]> {
  const store = await openStore(storeUrl);
  const prefix = sweepPath(sweep, '');
  const paths = (await store.list(prefix)).filter(
    (path) => !path.slice(prefix.length).includes('/'),
  );
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const path of paths) {
    const bytes = await store.read(path);
    if (!bytes) continue;
    const file = join(folder, basename(path));
    await fillFile(file, (draft) => draft.writeFile(bytes));
    files.push(file);
  }
  return files;
}
