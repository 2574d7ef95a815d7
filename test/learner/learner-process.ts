/** The learner as it is run: bundled, in processes of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import type { Example, Prediction, ToolTable } from '../../contract/dialogue.ts';
import type { CountEvent, TrainerEvent } from '../../contract/trainer-events.ts';
import type { Job } from '../../contract/trainer-job.ts';
import { promptOf } from './toy.ts';

const home = mkdtempSync(join(tmpdir(), 'ratchet-learner-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const bundle = join(home, 'learner.mjs');
buildSync({
  entryPoints: [join(import.meta.dirname, '../../learner/main.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
});

export interface Ended {
  folder: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  events: TrainerEvent[];
}

export interface Running {
  child: ChildProcess;
  folder: string;
  ended: Promise<Ended>;
}

/** The stages' own fields, with the rest filled in. */
export type JobFields = { stage: Job['stage']; hyperparameters?: Record<string, unknown> } & Record<
  string,
  unknown
>;

let folders = 0;

export function newFolder(): string {
  const folder = join(home, String(folders++));
  mkdirSync(folder);
  return folder;
}

/** Files beside which a job's folder stands, to be named by absolute paths. */
export function writeLines(items: readonly unknown[]): string {
  const file = join(newFolder(), 'lines.jsonl');
  writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  return file;
}

export function writeTools(tools: ToolTable): string {
  const file = join(newFolder(), 'tools.json');
  writeFileSync(file, JSON.stringify(tools));
  return file;
}

/** Starts a job in a new folder with an open pipe as standard input. */
export function startLearner(job: JobFields | string, folder = newFolder()): Running {
  const text =
    typeof job === 'string'
      ? job
      : JSON.stringify({ protocol: 1, key: 'test', hyperparameters: {}, ...job });
  writeFileSync(join(folder, 'job.json'), text);
  const child = spawn(process.execPath, [bundle, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ folder, code, signal, stderr, events: readEvents(folder) });
    });
  });
  return { child, folder, ended };
}

export async function runLearner(job: JobFields | string): Promise<Ended> {
  return startLearner(job).ended;
}

/** Like `runLearner`, for jobs that have to succeed. */
export async function runToEnd(job: JobFields): Promise<Ended> {
  const ended = await runLearner(job);
  if (ended.code !== 0) throw new Error(`exit ${ended.code}: ${ended.stderr}`);
  return ended;
}

export function readEvents(folder: string): TrainerEvent[] {
  try {
    const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as TrainerEvent);
  } catch {
    return [];
  }
}

export function countsOf(ended: Ended): CountEvent[] {
  return ended.events.filter((event) => event.type === 'count');
}

/** Digest of every file of a folder, by name. */
export function digestFolder(folder: string): Record<string, string> {
  const names = readdirSync(folder).toSorted();
  const digest = (name: string): string => {
    return createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  };
  return Object.fromEntries(names.map((name) => [name, digest(name)]));
}

/** A train job with no parent and nothing to resume. */
export function trainJob(fields: {
  data: string;
  tools: string;
  parent?: string;
  resume?: string;
  checkpointEvery?: number;
  hyperparameters?: Record<string, unknown>;
  seed?: number;
}): JobFields {
  const { seed = 1, parent = null, resume = null, checkpointEvery = 1_000_000, ...others } = fields;
  return {
    stage: 'train',
    parent,
    resume,
    checkpointEvery,
    seeds: { order: seed, initialisation: 0 },
    ...others,
  };
}

/** Texts predicted for the examples' prompts. */
export async function predict(
  examples: readonly Example[],
  tools: string,
  weights: string | null,
  hyperparameters: Record<string, unknown> = {},
): Promise<string[]> {
  const prompts = examples.map(promptOf);
  const { folder } = await runToEnd({
    stage: 'generate',
    tools,
    weights,
    hyperparameters,
    prompts: [{ name: 'held-out', file: writeLines(prompts) }],
    decoding: { temperature: 0, seed: 0 },
  });
  return readPredictions(folder).map(({ text }) => text);
}

export function readPredictions(folder: string): Prediction[] {
  const event = readEvents(folder).find((other) => other.type === 'predictions');
  if (!event) throw new Error('no predictions');
  const lines = readFileSync(join(folder, event.file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Prediction);
}

/** Resolves once the learner has announced an event of the type. */
export async function untilEvent(running: Running, type: TrainerEvent['type']): Promise<void> {
  while (!readEvents(running.folder).some((event) => event.type === type)) {
    if (running.child.exitCode !== null) throw new Error(`it ended before any ${type}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
