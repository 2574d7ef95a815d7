import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below a folder that hold some text. What goes away meanwhile, as live folders' files do, holds nothing. */
export async function findBytes(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(unlessGone([]))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await findBytes(path, text)));
    else if (entry.isFile()) {
      const bytes = await readFile(path).catch(unlessGone(Buffer.alloc(0)));
      if (bytes.includes(text)) found.push(path);
    }
  }
  return found;
}

function unlessGone<T>(nothing: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return nothing;
    throw error;
  };
}
