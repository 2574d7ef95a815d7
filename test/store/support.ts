import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { openFileStore } from '../../store/file-store.ts';
import type { Owner } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';

/** A new folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function temporaryStore(): Promise<{ store: Store; folder: string }> {
  const folder = join(await temporaryFolder(), 'store');
  return { store: await openFileStore(folder), folder };
}

/** A key from a name, so that tests stay readable. */
export function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** An owner that only its lease can speak for: it runs on another machine. */
export function ownerElsewhere(lineage = 'keep/1'): Owner {
  return {
    host: 'elsewhere',
    bootId: randomUUID(),
    pidNamespace: '',
    pid: 4711,
    startTime: '1',
    sweep: 'sweep',
    lineage,
  };
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

export async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((found) => found.isFile())) {
    const file = join(entry.parentPath, entry.name);
    files[relative(folder, file)] = await readFile(file, 'utf8');
  }
  return files;
}

/** A file of that many bytes, mostly zeros that take no room on the disk. */
export async function makeLargeFile(bytes: number): Promise<string> {
  const file = join(await temporaryFolder(), 'large');
  await writeFile(file, 'start');
  await truncate(file, bytes);
  return file;
}
