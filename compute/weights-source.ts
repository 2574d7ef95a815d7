import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CausedError } from '../contract/causes.ts';
import { copyInto, withFile } from '../store/durable-files.ts';
import { openStore } from '../store/open-store.ts';

/** Where base weights come from: a folder of files and their list. Nothing is ever written there. */
export interface WeightsSource {
  /** Undefined where there is no such file. */
  read: (name: string) => Promise<Uint8Array | undefined>;
  /** Copies a file; returns the SHA-256 of what came. Throws where there is none. */
  fetch: (name: string, to: string) => Promise<string>;
}

/** By the scheme of the URL. A model hub would be one more of them. */
const OPENERS: Record<string, (url: string) => Promise<WeightsSource>> = {
  'file:': async (url) => openFolder(fileURLToPath(url)),
  's3:': async (url) => {
    const store = await openStore(url);
    return {
      read: (name) => store.read(name),
      fetch: async (name, to) => (await store.fetchFile(name, to)).sha256,
    };
  },
};

export async function openWeightsSource(url: string): Promise<WeightsSource> {
  const opener = OPENERS[/^[a-z0-9]+:/.exec(url)?.[0] ?? ''];
  if (opener) return opener(url);
  throw new CausedError('configuration', `${url} is no source of base weights: file:// or s3://`);
}

function openFolder(folder: string): WeightsSource {
  return {
    read: async (name) => readFile(join(folder, name)).catch(absentIsUndefined),
    fetch: async (name, to) => {
      const copied = await withFile(join(folder, name), 'r', (from) => copyInto(from, to, accept));
      return copied.sha256;
    },
  };
}

/** It is held against the list by whoever asked. */
function accept(): void {}

function absentIsUndefined(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
