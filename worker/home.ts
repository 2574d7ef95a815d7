import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Everything embedded lives in one folder: without it everything starts anew. */
export interface Home {
  folder: string;
  database: string;
  store: string;
  /** Folders of attempts in progress. */
  work: string;
  logs: string;
  /** What the supervisor last said of itself: for people and for cleaning up, never trusted unverified. */
  record: string;
}

/** `RATCHET_HOME`, by default `.ratchet` in the working folder; created, private to the user. */
export function openHome(folder = process.env['RATCHET_HOME'] ?? '.ratchet'): Home {
  const wanted = resolve(folder);
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  const home = realpathSync(wanted);
  const at = (name: string): string => join(home, name);
  for (const name of ['store', 'work', 'logs']) mkdirSync(at(name), { recursive: true });
  return {
    folder: home,
    database: at('temporal.db'),
    store: at('store'),
    work: at('work'),
    logs: at('logs'),
    record: at('supervisor.json'),
  };
}

/** Tools that were obtained once stay here for every home of this user. */
export function cacheFolder(): string {
  return process.env['RATCHET_CACHE'] ?? envPaths('ratchet', { suffix: '' }).cache;
}

/** A home's socket: on Linux an abstract one, which cannot outlive its process; elsewhere a file. */
export function socketPath(home: Home, temporaryFolder: string): string {
  const name = `ratchet-${process.getuid?.() ?? 0}-${createHash('sha256').update(home.folder).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${name}` : join(temporaryFolder, `${name}.sock`);
}
