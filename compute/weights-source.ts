import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CausedError } from '../contract/causes.ts';
import { copyInto, withFile } from '../store/durable-files.ts';
import { openStore } from '../store/open-store.ts';
import { openHub } from './hub-source.ts';

/** Where base weights come from: a folder of files and their list. Nothing is ever written there. */
export interface WeightsSource {
  /** Undefined where there is no such file. */
  read: (name: string) => Promise<Uint8Array | undefined>;
  /** Copies a file; returns the SHA-256 of what came. Throws where there is none. */
  fetch: (name: string, to: string) => Promise<string>;
}

/** By the scheme of the URL. */
const OPENERS: Record<string, (url: string, signal: AbortSignal) => Promise<WeightsSource>> = {
  'file:': async (url) => openFolder(fileURLToPath(url)),
  's3:': async (url) => {
    const store = await openStore(url);
    return {
      read: (name) => store.read(name),
      fetch: async (name, to) => (await store.fetchFile(name, to)).sha256,
    };
  },
  'hf:': async (url, signal) => openHub(url, signal),
};

export async function openWeightsSource(url: string, signal: AbortSignal): Promise<WeightsSource> {
  const opener = OPENERS[/^[a-z0-9]+:/.exec(url)?.[0] ?? ''];
  if (opener) return opener(url, signal);
  throw new CausedError(
    'configuration',
    `${url} is no source of base weights: expected hf://organisation/name@commit, s3:// or file://`,
  );
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
