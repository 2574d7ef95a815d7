import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findOnPath, installWithGo, isExecutable } from './go-binary.ts';
import { cacheFolder } from './home.ts';

/** The newest Temporal CLI that `go install` accepts (later tags carry a `replace`): server 1.29.1, UI 2.42.1. */
const CLI_VERSION = '1.5.1';
const CLI_MODULE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;

/** Temporal could not be had; the message says every way that was tried. */
class TemporalMissing extends Error {}

/**
 * Finds the Temporal CLI, or obtains it once for this user: `TEMPORAL_BIN`, PATH, the cache, the SDK's download, `go
 * install`. `say` tells a person which step runs and how long it may take.
 */
export async function obtainTemporal(say: (line: string) => void): Promise<string> {
  const named = process.env['TEMPORAL_BIN'];
  if (named) {
    if (await isExecutable(named)) return named;
    throw new TemporalMissing(`TEMPORAL_BIN names ${named}, which cannot be executed`);
  }
  const found = await findTemporal();
  if (found) return found;
  const cached = cachedFolder();
  await mkdir(cached, { recursive: true });
  const tried: string[] = ['no `temporal` on PATH', `none in ${cached}`];
  for (const obtain of [download, build]) {
    const started = performance.now();
    try {
      const binary = await obtain(cached, say);
      say(
        `Temporal is ready (${Math.round((performance.now() - started) / 1000)} s), kept in ${cached}`,
      );
      return binary;
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new TemporalMissing(
    [
      'Temporal is needed and could not be had:',
      ...tried.map((line) => `  - ${line}`),
      'Install the Temporal CLI, or Go 1.24 or newer, or set TEMPORAL_ADDRESS to a running server.',
    ].join('\n'),
  );
}

/** On PATH or in this user's cache; obtains nothing. */
export async function findTemporal(): Promise<string | undefined> {
  return (await findOnPath('temporal')) ?? (await findIn(cachedFolder()));
}

function cachedFolder(): string {
  return join(cacheFolder(), 'temporal', CLI_VERSION);
}

/** The SDK knows where its server is published; it downloads, starts and checks one, and leaves the file. */
async function download(folder: string, say: (line: string) => void): Promise<string> {
  say('Temporal: downloading the server (about 60 MB, once) ...');
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const scratch = await mkdtemp(join(folder, 'download-'));
  try {
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: scratch } },
    });
    await environment.teardown();
    const binary = await findIn(scratch);
    if (!binary) throw new Error('the download left no executable');
    await rename(binary, join(folder, 'temporal'));
    return join(folder, 'temporal');
  } catch (error) {
    throw new Error(`the download failed: ${firstLine(error)}`, { cause: error });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function build(folder: string, say: (line: string) => void): Promise<string> {
  say('Temporal: no download to be had, building it with Go (3 to 8 minutes on 2 cores, once) ...');
  return installWithGo(CLI_MODULE, folder);
}

async function findIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (name.startsWith('temporal') && (await isExecutable(join(folder, name))))
      return join(folder, name);
  return undefined;
}

function firstLine(error: unknown): string {
  return (
    (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? ''
  );
}
