import { mkdir, readdir } from 'node:fs/promises';
import { CliError, EXIT } from './exit-codes.ts';

/** Exporting never mixes with what is there. */
export async function makeEmpty(folder: string): Promise<void> {
  await requireEmpty(folder);
  await mkdir(folder, { recursive: true });
}

export async function requireEmpty(folder: string): Promise<void> {
  const inside = await readdir(folder).catch(() => []);
  if (inside.length > 0)
    throw new CliError(EXIT.usage, `${folder} is not empty: name a new folder`);
}
