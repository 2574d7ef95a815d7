import type { ChildProcess } from 'node:child_process';
import { redactSecrets } from './redact-secrets.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { causeOfWords, WORDS_JUDGED, WORDS_SHOWN } from '../contract/last-words.ts';
import { TRAINER_STALL } from '../contract/timeouts.ts';
import { TRAINER_EXIT } from '../contract/trainer.ts';

/** How a trainer ended: in order, stopped by us after a checkpoint, or by an error. */
export type TrainerEnd = 'done' | 'interrupted';

export const STALLED = `no event from the trainer for ${TRAINER_STALL / 60_000} minutes, or none but of idle GPUs`;

/** Of a shell that could not run a command; one becomes the trainer where it holds GPUs. */
const SHELL_EXIT = { notExecutable: 126, notFound: 127 };

/** The trainer ended without a result where its exit code cannot be seen: in another container. */
export class UnseenEnd extends Error {
  constructor() {
    super('the trainer ended without a result');
    this.name = 'UnseenEnd';
  }
}

/** What a trainer's end means. Throws the `CausedError` of every end that is not one of the two good ones. */
export async function judgeEnd(
  child: ChildProcess,
  seen: { stopped: boolean; stalled: boolean; folder: string },
): Promise<TrainerEnd> {
  if (child.pid === undefined)
    throw new CausedError(
      'configuration',
      `the trainer's command cannot be started: ${describeMissing(child.spawnfile)}`,
    );
  if (child.exitCode === TRAINER_EXIT.done) return 'done';
  if (seen.stopped) return 'interrupted';
  if (seen.stalled) throw new CausedError('stalled', STALLED);
  throw explainFailure(child, await readEnd(join(seen.folder, 'trainer.log')));
}

function describeMissing(program: string): string {
  if (program.includes('/')) return program;
  return `${program} is not on PATH: install it where this runs, or write its path into the trainer's command`;
}

function explainFailure({ exitCode, signalCode }: ChildProcess, log: string): CausedError {
  const end = signalCode ?? `exit ${exitCode}`;
  const tail = wellFormed(log.slice(-WORDS_SHOWN));
  if (signalCode === 'SIGKILL' || signalCode === 'SIGTERM')
    return new CausedError('preempted', `the trainer was ended from outside (${end})`);
  switch (exitCode) {
    case TRAINER_EXIT.interrupted:
      return new CausedError('preempted', `the trainer was ended from outside (${end})`);
    case TRAINER_EXIT.configuration:
      return new CausedError('configuration', `the trainer refuses its configuration: ${tail}`);
    case SHELL_EXIT.notExecutable:
    case SHELL_EXIT.notFound:
      return new CausedError('configuration', `the trainer's command cannot be started: ${tail}`);
    case TRAINER_EXIT.damaged:
      return new CausedError('store-corrupt', `the trainer was given damaged files: ${tail}`);
    default:
      return new CausedError(
        causeOfWords(log) ?? 'trainer-bug',
        `the trainer failed (${end}): ${tail}`,
      );
  }
}

async function readEnd(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // Before it is cut: half a secret would not be known for one.
  return redactSecrets(text).trimEnd().slice(-WORDS_JUDGED) || 'it left no log';
}

/** A cut may have halved a surrogate pair, which records cannot hold. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
