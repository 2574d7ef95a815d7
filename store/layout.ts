import { checkSha256 } from './object-path.ts';

/** The one place that knows where in a store things lie. */

const BLOBS = 'blobs/';
export const BLOCKS = 'blocks/';
export const PREDICTIONS = 'predictions/';
export const SCORES = 'scores/';
const COUNTS = 'counts/';
export const SWEEPS = 'sweeps/';

export function blobPath(sha256: string): string {
  return `${BLOBS}sha256/${sha256.slice(0, 2)}/${sha256}`;
}

/** Everything about one block; ends in '/'. Throws `refused` unless the key is a digest. */
export function blockFolder(key: string): string {
  checkSha256(key);
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

function partialsFolder(key: string, attempt: number): string {
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

function sweepFolder(sweep: string): string {
  return `${SWEEPS}${sweep}/`;
}

export function sweepPath(sweep: string, name: string): string {
  return `${sweepFolder(sweep)}${name}`;
}

/** That a sweep was submitted with a plan: the root of everything that it needs. */
export function planPath(sweep: string, plan: string): string {
  return `${sweepFolder(sweep)}plans/${plan}.json`;
}

/** The digest of the plan that a sweep was submitted with, if that is what the path stands for. */
export function planAt(path: string): string | undefined {
  return /^sweeps\/[^/]+\/plans\/([0-9a-f]{64})\.json$/.exec(path)?.[1];
}

/** What its pods and trainers cost; ends in '/'. */
export function triesFolder(sweep: string): string {
  return `${sweepFolder(sweep)}tries/`;
}

export function tryPath(sweep: string, name: string): string {
  return `${triesFolder(sweep)}${name}.json`;
}

/** What the trainer said in a pod that evaluated. */
export function evaluationLogPath(sweep: string, pod: string): string {
  return `${sweepFolder(sweep)}logs/${pod}`;
}

/** What a path stands for. `attempt` and `step` are 0 where there is none. */
export interface ObjectPlace {
  kind: ObjectKind;
  /** Of the unit: block, prediction, score, count, sweep id; of a blob its digest. */
  key: string;
  attempt: number;
  step: number;
}

const BLOCK = '^blocks/(?<key>[0-9a-f]{64})';
const ATTEMPT = `${BLOCK}/attempts/(?<attempt>[1-9]\\d*)`;
const KINDS = {
  blob: /^blobs\/sha256\/[0-9a-f]{2}\/(?<key>[0-9a-f]{64})$/,
  manifest: new RegExp(`${BLOCK}/manifest(\\.[1-9]\\d*)?\\.json$`),
  damage: new RegExp(`${BLOCK}/damage/[1-9]\\d*\\.json$`),
  mended: new RegExp(`${BLOCK}/damage/[1-9]\\d*\\.mended\\.json$`),
  claim: new RegExp(`${ATTEMPT}/claim\\.json$`),
  lease: new RegExp(`${ATTEMPT}/lease\\.json$`),
  start: new RegExp(`${ATTEMPT}/start\\.json$`),
  outcome: new RegExp(`${ATTEMPT}/outcome\\.json$`),
  log: new RegExp(`${ATTEMPT}/log$`),
  partial: new RegExp(`${ATTEMPT}/partial/(?<step>\\d+)\\.json$`),
  'partial-file': new RegExp(`${ATTEMPT}/partial/(?<step>\\d+)/.`),
  predictions: /^predictions\/(?<key>[0-9a-f]{64})\.json$/,
  score: /^scores\/(?<key>[0-9a-f]{64})\.json$/,
  count: /^counts\/(?<key>[0-9a-f]{64})\.json$/,
  try: /^sweeps\/(?<key>[^/]+)\/tries\/[^/]+\.json$/,
  'evaluation-log': /^sweeps\/(?<key>[^/]+)\/logs\/[^/]+$/,
  sweep: /^sweeps\/(?<key>[^/]+)\/./,
};
export type ObjectKind = keyof typeof KINDS;

/** Undefined where nothing of that name belongs. */
export function parsePath(path: string): ObjectPlace | undefined {
  for (const [kind, pattern] of Object.entries(KINDS)) {
    const groups = pattern.exec(path)?.groups;
    if (!groups) continue;
    const { key = '', attempt = '0', step = '0' } = groups;
    return { kind: kind as ObjectKind, key, attempt: Number(attempt), step: Number(step) };
  }
  return undefined;
}
