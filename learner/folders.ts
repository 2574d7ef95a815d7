/** Folders that are complete or absent: written under another name, synced, renamed; each says what it should hold. */

import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { damagedInput } from './failure.ts';
import { messageOf } from './job.ts';

/** Names and contents; `folder.json` is ours. */
export type FolderFiles = Record<string, Uint8Array>;

const MANIFEST = 'folder.json';

/** Written as `draft` first, on the same disk. `details` goes into the manifest. What stood at `folder` is replaced. */
export function writeFolder(
  folder: string,
  draft: string,
  files: FolderFiles,
  details: object,
): void {
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const digests: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(files)) {
    writeSynced(join(draft, name), bytes);
    digests[name] = sha256(bytes);
  }
  const manifest = `${JSON.stringify({ ...details, files: digests })}\n`;
  writeSynced(join(draft, MANIFEST), new TextEncoder().encode(manifest));
  syncFolder(draft);
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  syncFolder(dirname(folder));
}

/** Reads back what `writeFolder` wrote. Ends the process as damaged input when anything is missing or different. */
export function readFolder(folder: string): { files: FolderFiles; details: unknown } {
  try {
    const details: unknown = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    const digests = (details as { files: Record<string, string> }).files;
    const files: FolderFiles = {};
    for (const [name, digest] of Object.entries(digests)) {
      const bytes = readFileSync(join(folder, basename(name)));
      if (sha256(bytes) !== digest) throw new Error(`${name} is not what was written`);
      files[name] = bytes;
    }
    return { files, details };
  } catch (error) {
    throw damagedInput(`${folder} is damaged or missing: ${messageOf(error)}`);
  }
}

/** A file that is complete or absent. */
export function writeFileDurably(path: string, text: string): void {
  const draft = `${path}.draft`;
  writeSynced(draft, new TextEncoder().encode(text));
  renameSync(draft, path);
  syncFolder(dirname(path));
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
