import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CausedError } from '../../contract/causes.ts';
import { EVENTS_POLL } from '../../contract/timeouts.ts';
import type { TrainerEvent } from '../../contract/trainer-events.ts';
import { killGroup } from '../leftovers.ts';
import { EventsFile } from '../trainer-events.ts';
import { startTrainer, type TrainerCommand } from '../trainer-process.ts';

/** One run of a trainer on a job that may be wrong, by somebody who interferes. */
export interface TrialRun {
  trainer: TrainerCommand;
  folder: string;
  job: object;
  /** Milliseconds after which it is ended. */
  patience: number;
  /** Where checkpoints go when they are acknowledged; without it they never are. */
  keep?: string;
  onEvent?: (event: TrainerEvent, hand: Hand) => Promise<void> | void;
}

/** What can be done to a trainer while it runs. */
export interface Hand {
  /** Of the job. */
  folder: string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  closeInput(): void;
  /** Acknowledges every checkpoint that was announced. */
  acknowledge(): Promise<void>;
}

export interface Trial {
  folder: string;
  exitCode: number | null;
  signalCode: NodeJS.Signals | null;
  events: TrainerEvent[];
  /** What it did that no trainer may, in sentences. */
  faults: string[];
  /** The end of its log. */
  tail: string;
}

export async function tryTrainer(run: TrialRun): Promise<Trial> {
  const { folder, onEvent, keep } = run;
  await writeFile(join(folder, 'job.json'), `${JSON.stringify(run.job, null, 2)}\n`);
  const child = startTrainer(run.trainer, folder);
  child.once('error', () => undefined);
  if (child.pid === undefined)
    throw new CausedError('configuration', `the trainer cannot be started: ${child.spawnfile}`);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const trial: Trial = {
    folder,
    exitCode: null,
    signalCode: null,
    events: [],
    faults: [],
    tail: '',
  };
  const end = (fault: string): void => {
    trial.faults.push(fault);
    killGroup(child.pid);
  };
  const hand: Hand = {
    folder,
    kill: (signal) => void child.kill(signal),
    closeInput: () => child.stdin?.end(),
    acknowledge: () => acknowledge(trial, keep),
  };
  const late = setTimeout(() => end(`has not ended after ${run.patience / 1000} s`), run.patience);
  const file = new EventsFile(join(folder, 'events.jsonl'));
  for (let ended = false; !ended; ) {
    ended = await Promise.race([exited.then(() => true), delay(EVENTS_POLL, false)]);
    for (const event of await readNew(file, end)) {
      trial.events.push(event);
      if (event.type === 'checkpoint') trial.faults.push(...judgeCheckpoint(folder, event.step));
      await onEvent?.(event, hand);
      if (keep !== undefined) await hand.acknowledge();
    }
  }
  clearTimeout(late);
  if (child.exitCode !== null && isGroupAlive(child.pid))
    trial.faults.push('has ended, but left processes that it started');
  killGroup(child.pid);
  const { exitCode, signalCode } = child;
  return { ...trial, exitCode, signalCode, tail: await readTail(folder) };
}

/** Nothing more is asked of a trainer that writes what is no event. */
async function readNew(file: EventsFile, end: (fault: string) => void): Promise<TrainerEvent[]> {
  try {
    return (await file.readNew()).filter((event) => !isLoading(event));
  } catch (error) {
    if (!(error instanceof CausedError)) throw error;
    end(error.message.replace(/^the trainer /, ''));
    return [];
  }
}

/** Tells that it is there, before it has a step to tell of: there is nothing to judge yet. */
function isLoading(event: TrainerEvent): boolean {
  return event.type === 'progress' && event.steps === 0;
}

/** Complete ones, by their steps, the oldest first. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  const steps = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return steps.toSorted((a, b) => a - b);
}

/** Its absence tells the trainer that a checkpoint is safe. */
async function acknowledge({ folder, events }: Trial, keep: string | undefined): Promise<void> {
  for (const event of events) {
    if (event.type !== 'checkpoint') continue;
    const name = String(event.step);
    const checkpoint = join(folder, 'checkpoints', name);
    if (!existsSync(checkpoint)) continue;
    if (keep === undefined) await rm(checkpoint, { recursive: true });
    else await rename(checkpoint, join(keep, name));
  }
}

function judgeCheckpoint(folder: string, step: number): string[] {
  if (existsSync(join(folder, 'checkpoints', String(step)))) return [];
  return [`announces a checkpoint at step ${step} before checkpoints/${step} stands`];
}

function isGroupAlive(leader: number | undefined): boolean {
  try {
    return leader !== undefined && process.kill(-leader, 0);
  } catch {
    return false;
  }
}

async function readTail(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'trainer.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-3).join('\n').slice(-400);
}
