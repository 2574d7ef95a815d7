import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findOnPath, installWithGo, isExecutable } from '../../worker/go-binary.ts';
import { cacheFolder } from '../../worker/home.ts';

/** The S3 servers that tests start on loopback. Not the product's: nothing but these tests needs them. */
const SERVERS = {
  versitygw: {
    module: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
    given: 'VERSITYGW_BIN',
  },
  minio: {
    module: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
    given: 'MINIO_BIN',
  },
};
type ServerName = keyof typeof SERVERS;

declare module 'vitest' {
  /** Their paths; null: cannot be had here, and its tests are skipped. */
  interface ProvidedContext extends Record<ServerName, string | null> {}
}

/** Before the first test against S3: what is not there is built once for this user, which takes minutes. */
export async function setup(project: TestProject): Promise<void> {
  for (const name of Object.keys(SERVERS) as ServerName[])
    project.provide(name, await obtain(name));
}

async function obtain(name: ServerName): Promise<string | null> {
  const { module, given } = SERVERS[name];
  const found = process.env[given] ?? (await findOnPath(name));
  if (found) return found;
  const folder = join(cacheFolder(), name, module.split('@v')[1] ?? '');
  const cached = join(folder, name);
  if (await isExecutable(cached)) return cached;
  say(`building ${module} with Go into ${folder} (2 to 4 minutes on 2 cores, once) ...`);
  try {
    await mkdir(folder, { recursive: true });
    return await installWithGo(module, folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`no ${name} for the tests, so those on it are skipped: ${reason}`);
    return null;
  }
}

/** Before any test, where no reporter is at work yet. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
