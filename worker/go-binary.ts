import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';

/** Tools that are written in Go, found or built. */

export async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Builds `module@version` and puts its binary into a folder, whole or not at all; returns its path. */
export async function installWithGo(module: string, folder: string): Promise<string> {
  const name = basename(module.split('@')[0] ?? '');
  const scratch = await mkdtemp(join(folder, 'build-'));
  try {
    await runGo(['install', '-ldflags=-s -w', module], scratch);
    await rename(join(scratch, name), join(folder, name));
    return join(folder, name);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function runGo(args: string[], binaries: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = spawn('go', args, {
      env: { ...process.env, GOBIN: binaries, GOFLAGS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let tail = '';
    go.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-500);
    });
    go.on('error', () => reject(new Error('`go` is not installed')));
    go.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`go install failed: ${tail.trim()}`)),
    );
  });
}
