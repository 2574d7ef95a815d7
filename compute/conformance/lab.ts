import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TRAINER_GRACE } from '../../contract/timeouts.ts';
import { PROTOCOL_VERSION } from '../../contract/trainer.ts';
import type { CountEvent, PredictionsEvent } from '../../contract/trainer-events.ts';
import type { CountJob, GenerateJob, TrainJob } from '../../contract/trainer-job.ts';
import type { TrainerCommand } from '../trainer-process.ts';
import { type Trial, type TrialRun, tryTrainer } from './trial.ts';

/** The files that a trainer is tried on. */
export interface SampleData {
  tools: Uint8Array;
  train: Uint8Array;
  /** `targets`: JSONL of what is right, in the order of the prompts. */
  prompts: { name: string; ids: string[]; bytes: Uint8Array; targets: Uint8Array }[];
}

export interface Subject {
  trainer: TrainerCommand;
  hyperparameters: Record<string, unknown>;
  /** Whether equal jobs have to give equal bytes. */
  deterministic: boolean;
}

/** A block that was trained without interference: what every other way has to come to. */
export interface Training {
  steps: number;
  tokens: number;
  count: CountEvent;
  /** Folders. */
  weights: string;
  checkpoints: string;
  /** Of the weights. */
  digest: string;
  /** As told on the way. */
  losses: number[];
}

/** What a trainer predicted for one generate job. */
export interface Answers {
  broken: string[];
  /** All draws of a prompt, by its file and its id. */
  texts: ReadonlyMap<string, string[]>;
  /** Of each file's targets, where it is told. */
  losses: PredictionsEvent['loss'][];
}

/** Steps between checkpoints, and how many steps a sample needs so that there is something to interrupt. */
export const EVERY = 2;
export const LEAST_STEPS = 4 * EVERY;

type Fields<Job> = Partial<Omit<Job, 'stage'>>;

/** Makes jobs and tries the trainer on them, each in a folder of its own. */
export class Lab {
  readonly subject: Subject;
  readonly data: SampleData;
  /** What `trains` came to. */
  trained: Training | undefined;
  /** By what was asked: several checks compare with the same answers. */
  readonly answered = new Map<string, Promise<Answers>>();
  /** Milliseconds to stop in. */
  readonly grace: number;
  private readonly folder: string;
  private readonly patience: number;
  private trials = 0;

  /** `patience`: milliseconds after which a job is ended. */
  constructor(given: {
    subject: Subject;
    data: SampleData;
    folder: string;
    patience: number;
    grace?: number;
  }) {
    this.subject = given.subject;
    this.data = given.data;
    this.folder = given.folder;
    this.patience = given.patience;
    this.grace = given.grace ?? TRAINER_GRACE;
  }

  /** With a space in its name: a trainer that hands its folder to a shell without quotes fails here. */
  async makeFolder(prompts = this.data.prompts): Promise<string> {
    const folder = join(this.folder, `job ${++this.trials}`);
    await mkdir(join(folder, 'prompts'), { recursive: true });
    const { tools, train } = this.data;
    await writeFile(join(folder, 'tools.json'), tools);
    await writeFile(join(folder, 'train.jsonl'), train);
    for (const { name, bytes } of prompts) await writeFile(join(folder, promptsOf(name)), bytes);
    return folder;
  }

  /** Only where a job names them: a trainer may look for them where they always lie. */
  async layTargets(folder: string, prompts = this.data.prompts): Promise<void> {
    await mkdir(join(folder, 'targets'));
    for (const { name, targets } of prompts)
      await writeFile(join(folder, targetsOf(name)), targets);
  }

  run(folder: string, job: object, interference: Partial<TrialRun> = {}): Promise<Trial> {
    const { patience } = this;
    return tryTrainer({ trainer: this.subject.trainer, folder, job, patience, ...interference });
  }

  countJob(): CountJob {
    const data = [
      { name: 'train', file: 'train.jsonl' },
      ...this.data.prompts.map(({ name }) => ({ name, file: promptsOf(name) })),
    ];
    return { ...this.base(), stage: 'count', data, sizes: true };
  }

  trainJob(fields: Fields<TrainJob> = {}): TrainJob {
    return {
      ...this.base(),
      stage: 'train',
      parent: null,
      data: 'train.jsonl',
      seeds: { order: 7, initialisation: 11 },
      resume: null,
      checkpointEvery: EVERY,
      worldSize: 1,
      ...fields,
    };
  }

  generateJob(fields: Fields<GenerateJob> = {}): GenerateJob {
    return {
      ...this.base(),
      stage: 'generate',
      weights: null,
      prompts: this.data.prompts.map(({ name }) => ({ name, file: promptsOf(name) })),
      decoding: { temperature: 0, seed: 0 },
      worldSize: 1,
      ...fields,
    };
  }

  /** A folder where acknowledged checkpoints are kept. */
  async makeKeep(): Promise<string> {
    const keep = join(this.folder, `kept ${++this.trials}`);
    await mkdir(keep);
    return keep;
  }

  private base() {
    const { hyperparameters } = this.subject;
    return {
      protocol: PROTOCOL_VERSION,
      key: 'a'.repeat(64),
      hyperparameters,
      tools: 'tools.json',
    } as const;
  }
}

/** Where prompts and targets of this name lie, in a job's folder. */
export function promptsOf(name: string): string {
  return join('prompts', `${name}.jsonl`);
}

export function targetsOf(name: string): string {
  return join('targets', `${name}.jsonl`);
}

/** Of every file below it, with its name. */
export async function digestFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of await listFiles(folder))
    hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

/** Names relative to it, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

export async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
}
