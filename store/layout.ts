/** The one place that knows where in a store things lie. */

export const BLOBS = 'blobs/';
export const BLOCKS = 'blocks/';
export const PREDICTIONS = 'predictions/';
export const SCORES = 'scores/';
export const COUNTS = 'counts/';
export const SWEEPS = 'sweeps/';

export function blobPath(sha256: string): string {
  return `${BLOBS}sha256/${sha256.slice(0, 2)}/${sha256}`;
}

/** Everything about one block; ends in '/'. */
export function blockFolder(key: string): string {
  return `${BLOCKS}${key}/`;
}

/** The commit of a block. Later generations only come to be when a damaged one is computed again and differs. */
export function manifestPath(key: string, generation = 1): string {
  return `${blockFolder(key)}${generation === 1 ? 'manifest' : `manifest.${generation}`}.json`;
}

/** The n-th time (from 1) that a committed block was found damaged, and the record that it was mended. */
export function damagePath(key: string, round: number): string {
  return `${blockFolder(key)}damage/${round}.json`;
}

export function mendedPath(key: string, round: number): string {
  return `${blockFolder(key)}damage/${round}.mended.json`;
}

export function attemptsFolder(key: string): string {
  return `${blockFolder(key)}attempts/`;
}

/** Attempts are numbered from 1. */
export function attemptFolder(key: string, attempt: number): string {
  return `${attemptsFolder(key)}${attempt}/`;
}

export function claimPath(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}claim.json`;
}

export function leasePath(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}lease.json`;
}

export function startPath(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}start.json`;
}

export function outcomePath(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}outcome.json`;
}

export function logPath(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}log`;
}

export function partialsFolder(key: string, attempt: number): string {
  return `${attemptFolder(key, attempt)}partial/`;
}

/** Beside the folder of the files that it names, so that no file of a checkpoint can have its name. */
export function partialManifestPath(key: string, attempt: number, step: number): string {
  return `${partialsFolder(key, attempt)}${step}.json`;
}

export function partialFilePath(key: string, attempt: number, step: number, name: string): string {
  return `${partialsFolder(key, attempt)}${step}/${name}`;
}

export function predictionsPath(key: string): string {
  return `${PREDICTIONS}${key}.json`;
}

export function scorePath(key: string): string {
  return `${SCORES}${key}.json`;
}

export function countPath(key: string): string {
  return `${COUNTS}${key}.json`;
}

export function sweepFolder(sweep: string): string {
  return `${SWEEPS}${sweep}/`;
}

export function sweepPath(sweep: string, name: string): string {
  return `${sweepFolder(sweep)}${name}`;
}

/** What a path below `attemptsFolder(key)` is, or undefined where nothing of that name belongs. */
export interface AttemptPath {
  attempt: number;
  kind: 'claim' | 'lease' | 'start' | 'outcome' | 'log' | 'partial-manifest' | 'partial-file';
  /** Of a partial checkpoint. */
  step: number;
}

const ATTEMPT_PATH =
  /^([1-9]\d*)\/(?:(claim|lease|start|outcome)\.json|(log)|partial\/(\d+)(\.json|\/.+))$/;

export function parseAttemptPath(key: string, path: string): AttemptPath | undefined {
  const match = ATTEMPT_PATH.exec(path.slice(attemptsFolder(key).length));
  if (!match || !path.startsWith(attemptsFolder(key))) return undefined;
  const [, attempt, record, log, step, rest] = match;
  const partial = rest === '.json' ? 'partial-manifest' : 'partial-file';
  return {
    attempt: Number(attempt),
    kind: (record ?? log ?? partial) as AttemptPath['kind'],
    step: Number(step ?? 0),
  };
}
