import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { CausedError } from '../contract/causes.ts';
import { EVENTS_POLL, TRAINER_GRACE, TRAINER_STALL } from '../contract/timeouts.ts';
import { recordTrainer } from './leftovers.ts';
import { type Job, TRAINER_EXIT, type TrainerEvent } from '../contract/trainer.ts';

/** How a trainer is started; the job's folder is appended. */
export interface TrainerCommand {
  command: string[];
}

export interface TrainerRun {
  trainer: TrainerCommand;
  folder: string;
  job: Job;
  signal: AbortSignal;
  onEvent: (event: TrainerEvent) => Promise<void> | void;
}

export type RunTrainer = (run: TrainerRun) => Promise<TrainerEnd>;

/** How a trainer ended: in order, stopped by us after a checkpoint, or by an error. */
export type TrainerEnd = 'done' | 'interrupted';

/**
 * Runs one trainer on the job in `folder` and hands over its events in order; each is dealt with before the next. An
 * aborted `signal` sends SIGTERM, then SIGKILL when the grace is over. Throws `CausedError` for any other end.
 */
export async function runTrainer(run: TrainerRun): Promise<TrainerEnd> {
  const { folder, signal } = run;
  await writeFile(join(folder, 'job.json'), `${JSON.stringify(run.job, null, 2)}\n`);
  const child = start(run.trainer, folder);
  await recordTrainer(folder, child.pid);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const stop = (): void => void endGracefully(child, exited);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const stall = new StallWatch(() => child.kill('SIGKILL'));
  const events = new EventsFile(join(folder, 'events.jsonl'));
  try {
    for (let ended = false; !ended; ) {
      ended = await Promise.race([exited.then(() => true), delay(EVENTS_POLL, false)]);
      for (const event of await events.readNew()) {
        stall.reset();
        await run.onEvent(event);
      }
    }
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    throw error;
  } finally {
    stall.end();
    signal.removeEventListener('abort', stop);
  }
  return judgeEnd(child, { stopped: signal.aborted, stalled: stall.fired, folder });
}

function start(trainer: TrainerCommand, folder: string): ChildProcess {
  const [program, ...args] = trainer.command;
  if (!program) throw new CausedError('configuration', 'the trainer has no command');
  const log = createWriteStream(join(folder, 'trainer.log'), { flags: 'a' });
  // The open pipe on its standard input is how a trainer notices that we died.
  const child = spawn(program, [...args, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  child.once('close', () => log.end());
  return child;
}

async function endGracefully(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const ended = await Promise.race([exited.then(() => true), delay(TRAINER_GRACE, false)]);
  if (!ended) child.kill('SIGKILL');
}

async function judgeEnd(
  child: ChildProcess,
  seen: { stopped: boolean; stalled: boolean; folder: string },
): Promise<TrainerEnd> {
  if (child.pid === undefined)
    throw new CausedError(
      'configuration',
      `the trainer's command cannot be started: ${child.spawnfile}`,
    );
  const { exitCode, signalCode } = child;
  if (exitCode === TRAINER_EXIT.done) return 'done';
  if (seen.stopped) return 'interrupted';
  if (seen.stalled)
    throw new CausedError(
      'stalled',
      `no event from the trainer for ${TRAINER_STALL / 60_000} minutes`,
    );
  const tail = await readTail(join(seen.folder, 'trainer.log'));
  if (exitCode === TRAINER_EXIT.configuration)
    throw new CausedError('configuration', `the trainer refuses its configuration: ${tail}`);
  if (exitCode === TRAINER_EXIT.interrupted || signalCode === 'SIGKILL' || signalCode === 'SIGTERM')
    throw new CausedError(
      'preempted',
      `the trainer was ended from outside (${signalCode ?? 'exit 75'})`,
    );
  throw new CausedError(
    'trainer-bug',
    `the trainer failed (${signalCode ?? `exit ${exitCode}`}): ${tail}`,
  );
}

async function readTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().slice(-400) || 'it left no log';
}

/** Complete lines of a growing file, each once. */
class EventsFile {
  private offset = 0;
  private rest = '';
  /** A read may end inside a character. */
  private readonly decoder = new StringDecoder('utf8');
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  async readNew(): Promise<TrainerEvent[]> {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return [];
    try {
      const { size } = await handle.stat();
      if (size <= this.offset) return [];
      const buffer = Buffer.alloc(size - this.offset);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.offset);
      this.offset += bytesRead;
      const lines = (this.rest + this.decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      this.rest = lines.pop() ?? '';
      return lines.filter((line) => line.trim()).map(parseEvent);
    } finally {
      await handle.close();
    }
  }
}

const EVENT_TYPES = new Set([
  'progress',
  'checkpoint',
  'count',
  'predictions',
  'result',
  'warning',
]);

function parseEvent(line: string): TrainerEvent {
  try {
    const event = JSON.parse(line) as TrainerEvent;
    if (EVENT_TYPES.has(event.type)) return event;
  } catch {
    // Falls through to the one message for both.
  }
  throw new CausedError(
    'trainer-bug',
    `the trainer wrote an event that is not one: ${line.slice(0, 200)}`,
  );
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
