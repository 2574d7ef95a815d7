import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CausedError } from '../contract/causes.ts';
import { EVENTS_POLL, TRAINER_GRACE, TRAINER_STALL } from '../contract/timeouts.ts';
import type { BaseWeights } from './base-weights.ts';
import { killGroup, recordTrainer } from './leftovers.ts';
import type { TrainerEvent } from '../contract/trainer-events.ts';
import type { Job } from '../contract/trainer-job.ts';
import { judgeEnd, type TrainerEnd } from './trainer-end.ts';
import { EventsFile } from './trainer-events.ts';
import { createVitalSigns } from './vital-signs.ts';

/** How a trainer is started; the job's folder is appended. */
export interface TrainerCommand {
  command: string[];
  /** What it starts from where it does not bring its own. */
  base?: BaseWeights | undefined;
  /** Relative names in the command start here; by default where the worker was started. */
  workingFolder?: string;
  /** Whole GPUs of this machine that it holds while it trains or predicts; counting it sees none of them. */
  gpus?: number;
}

export interface TrainerRun {
  trainer: TrainerCommand;
  folder: string;
  job: Job;
  signal: AbortSignal;
  onEvent: (event: TrainerEvent) => Promise<void> | void;
  /** Those that it sees, and no others; by default what this process sees. */
  gpus?: readonly string[];
  /** Hears of its process before it becomes the trainer, which it never does where we die until then. */
  beforeStart?: (pid: number) => void;
}

export type RunTrainer = (run: TrainerRun) => Promise<TrainerEnd>;

/**
 * Runs one trainer on the job in `folder` and hands over its events in order; each is dealt with before the next. An
 * aborted `signal` sends SIGTERM, then SIGKILL when the grace is over. Throws `CausedError` for any other end.
 */
export async function runTrainer(run: TrainerRun): Promise<TrainerEnd> {
  const { folder, signal } = run;
  await writeFile(join(folder, 'job.json'), `${JSON.stringify(run.job, null, 2)}\n`);
  const child = startTrainer(run.trainer, folder, run);
  // Before anything is awaited: a trainer may end at once.
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const stop = (): void => void endGracefully(child, exited, graceOf(run.job));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const isAtWork = createVitalSigns();
  const stall = new StallWatch(() => killGroup(child.pid));
  const events = new EventsFile(join(folder, 'events.jsonl'));
  try {
    if (child.pid !== undefined && run.beforeStart) {
      run.beforeStart(child.pid);
      child.stdin?.write('\n');
    }
    await recordTrainer(folder, child.pid);
    for (let ended = false; !ended; ) {
      ended = await Promise.race([exited.then(() => true), delay(EVENTS_POLL, false)]);
      for (const event of await events.readNew()) {
        if (isAtWork(event)) stall.reset();
        await run.onEvent(event);
      }
    }
  } finally {
    killGroup(child.pid);
    await exited;
    stall.end();
    signal.removeEventListener('abort', stop);
  }
  return judgeEnd(child, { stopped: signal.aborted, stalled: stall.fired, folder });
}

/** Only the carrier talks to the store, only the worker to Temporal; what a trainer does not know it cannot put into its log. */
const CREDENTIALS =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_.*)|TEMPORAL_(API_KEY|TLS_.*|GRPC_META_.*)|RATCHET_PAYLOAD_.*)$/;

function withoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !CREDENTIALS.test(name)));
}

/** Becomes the program that it is given, as the same process, once a line comes in; where none ever will, it ends. */
const GATE = ['/bin/sh', '-c', 'read -r line && exec "$@"', 'sh'];

/** Its log goes to `trainer.log` beside the job; its standard input stays open. */
export function startTrainer(
  trainer: TrainerCommand,
  folder: string,
  { gpus, beforeStart }: Pick<TrainerRun, 'gpus' | 'beforeStart'> = {},
): ChildProcess {
  if (trainer.command.length === 0)
    throw new CausedError('configuration', 'the trainer has no command');
  const [program = '', ...args] = [...(beforeStart ? GATE : []), ...trainer.command];
  const log = createWriteStream(join(folder, 'trainer.log'), { flags: 'a' });
  log.on('error', () => undefined); // A full disk: what the trainer makes of it is what counts.
  // The open pipe on its standard input is how a trainer notices that we died.
  const child = spawn(program, [...args, folder], {
    detached: true, // It leads a process group of its own, with whatever it starts.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...withoutCredentials(process.env),
      ...(gpus && { CUDA_VISIBLE_DEVICES: gpus.join(',') }),
    },
    ...(trainer.workingFolder ? { cwd: trainer.workingFolder } : {}),
  });
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  child.once('close', () => log.end());
  return child;
}

/** Milliseconds: what the job promises, where it does. */
function graceOf(job: Job): number {
  const promised = job.stage === 'train' ? job.graceSeconds : undefined;
  return promised === undefined ? TRAINER_GRACE : promised * 1000;
}

async function endGracefully(
  child: ChildProcess,
  exited: Promise<void>,
  grace: number,
): Promise<void> {
  child.kill('SIGTERM');
  const ended = await Promise.race([exited.then(() => true), delay(grace, false)]);
  if (!ended) killGroup(child.pid);
}

class StallWatch {
  fired = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly act: () => void;

  constructor(act: () => void) {
    this.act = act;
    this.reset();
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.fired = true;
      this.act();
    }, TRAINER_STALL);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
