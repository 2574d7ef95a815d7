import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
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

/** `RATCHET_HOME`, by default `.ratchet` in the working folder. Creates nothing. */
export function locateHome(folder = process.env['RATCHET_HOME'] ?? '.ratchet'): Home {
  const home = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  const at = (name: string): string => join(home, name);
  return {
    folder: home,
    database: at('temporal.db'),
    store: at('store'),
    work: at('work'),
    logs: at('logs'),
    record: at('supervisor.json'),
  };
}

/** The home, created if it is not there, private to the user. */
export function openHome(folder?: string): Home {
  mkdirSync(locateHome(folder).folder, { recursive: true, mode: 0o700 });
  const home = locateHome(folder);
  for (const inside of [home.store, home.work, home.logs]) mkdirSync(inside, { recursive: true });
  return home;
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
