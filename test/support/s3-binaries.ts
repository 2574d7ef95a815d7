import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findOnPath, installWithGo, isExecutable } from '../../worker/go-binary.ts';
import { cacheFolder } from '../../worker/home.ts';

/** The S3 server that tests start on loopback. Not the product's: nothing but these tests needs them. */
const VERSITYGW = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';

declare module 'vitest' {
  interface ProvidedContext {
    /** Its path; null: cannot be had here, and its tests are skipped. */
    versitygw: string | null;
  }
}

/** Before the first test against S3: what is not there is built once for this user, which takes minutes. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('versitygw', await obtainVersitygw());
}

async function obtainVersitygw(): Promise<string | null> {
  const found = process.env['VERSITYGW_BIN'] ?? (await findOnPath('versitygw'));
  if (found) return found;
  const folder = join(cacheFolder(), 'versitygw', VERSITYGW.split('@v')[1] ?? '');
  const cached = join(folder, 'versitygw');
  if (await isExecutable(cached)) return cached;
  say(`building ${VERSITYGW} with Go into ${folder} (2 to 4 minutes on 2 cores, once) ...`);
  try {
    await mkdir(folder, { recursive: true });
    return await installWithGo(VERSITYGW, folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`no S3 server for the tests, so those of S3 are skipped: ${reason}`);
    return null;
  }
}

/** Before any test, where no reporter is at work yet. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
