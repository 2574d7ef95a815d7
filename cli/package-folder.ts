import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of Ratchet's own package.json, from dist/ or from the source. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
