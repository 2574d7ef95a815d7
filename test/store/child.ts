import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { temporaryFolder } from './support.ts';

/** A process of its own that prints one JSON object a line. */
export interface Child<T> {
  process: ChildProcess;
  lines: T[];
  /** Resolves with the exit code (null: killed) after the last line. */
  ended: Promise<number | null>;
}

/** Bundles a TypeScript program, so that Node can run it. */
export async function buildProgram(source: URL): Promise<string> {
  const outfile = join(await temporaryFolder(), 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return outfile;
}

export function startChild<T>(program: string, ...args: string[]): Child<T> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: T[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    // A killed process may leave half a line.
    if (line.endsWith('}')) lines.push(JSON.parse(line) as T);
  });
  const drained = new Promise<void>((resolve) => reader.once('close', resolve));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { process: child, lines, ended: drained.then(() => exited) };
}
