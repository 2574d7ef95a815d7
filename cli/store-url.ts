import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { locateHome } from '../worker/home.ts';

/** Of every verb that looks after a store. */
export const STORE_ARGUMENT = [
  '[store]',
  "a folder, file:// or s3:// URL; default: this home's",
] as const;

/** Of a store named on the command line; of none: this home's. */
export function storeUrl(where: string | undefined): string {
  if (where === undefined) return pathToFileURL(locateHome().store).href;
  return /^[a-z0-9]+:\/\//.test(where) ? where : pathToFileURL(resolve(where)).href;
}
