import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findOnPath, installWithGo, isExecutable } from '../../worker/go-binary.ts';
import { cacheFolder } from '../../worker/home.ts';

const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';

declare module 'vitest' {
  interface ProvidedContext {
    /** Its path; null: cannot be had here, and the tests of the chart are skipped. */
    helm: string | null;
  }
}

/** Before the first test of the chart: Helm is built once for this user where there is none, which takes minutes. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('helm', await obtainHelm());
}

async function obtainHelm(): Promise<string | null> {
  const found = process.env['HELM_BIN'] ?? (await findOnPath('helm'));
  if (found) return found;
  const folder = join(cacheFolder(), 'helm', HELM.split('@v')[1] ?? '');
  const cached = join(folder, 'helm');
  if (await isExecutable(cached)) return cached;
  say(`building ${HELM} with Go into ${folder} (2 to 5 minutes on 2 cores, once) ...`);
  try {
    await mkdir(folder, { recursive: true });
    return await installWithGo(HELM, folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`no Helm, so the tests of the chart are skipped: ${reason}`);
    return null;
  }
}

/** Before any test, where no reporter is at work yet. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
