import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFileStore } from './file-store.ts';
import { type Store, StoreError } from './store.ts';

const open = new Map<string, Promise<Store>>();

/** Opens a store by URL; equal URLs share one. Only `file://` is known. */
export function openStore(url: string): Promise<Store> {
  const known = open.get(url);
  if (known) return known;
  if (!url.startsWith('file://'))
    throw new StoreError(
      'refused',
      `${url} is no store URL that Ratchet knows: it begins with file://`,
    );
  const opened = openFileStore(resolve(fileURLToPath(url)));
  open.set(url, opened);
  opened.catch(() => open.delete(url));
  return opened;
}
