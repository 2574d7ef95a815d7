import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFileStore } from './file-store.ts';
import { type Store, StoreError } from './store.ts';

const open = new Map<string, Promise<Store>>();

const OPENERS: Record<string, (url: string) => Promise<Store>> = {
  'file:': (url) => openFileStore(resolve(fileURLToPath(url))),
  // The SDK takes half a second to load.
  's3:': async (url) => (await import('./s3-store.ts')).openS3Store(url),
};

/** Opens a store by URL, `file:///folder` or `s3://bucket/prefix`; equal URLs share one. */
export function openStore(url: string): Promise<Store> {
  const known = open.get(url);
  if (known) return known;
  const opener = OPENERS[/^[a-z0-9]+:/.exec(url)?.[0] ?? ''];
  if (!opener)
    throw new StoreError(
      'refused',
      `${url} is no store URL that Ratchet knows: it begins with file:// or s3://`,
    );
  const opened = opener(url);
  open.set(url, opened);
  opened.catch(() => open.delete(url));
  return opened;
}
