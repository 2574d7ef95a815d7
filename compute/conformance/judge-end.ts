import { TRAINER_EXIT } from '../../contract/trainer.ts';
import type { Trial } from './trial.ts';

const MEANINGS: Record<number, string> = {
  [TRAINER_EXIT.done]: 'done',
  [TRAINER_EXIT.interrupted]: 'told to stop',
  [TRAINER_EXIT.configuration]: 'the configuration is wrong',
  [TRAINER_EXIT.damaged]: 'files are damaged',
};

/** What is wrong with the way it ended. */
export function judgeExit(trial: Trial, wanted: number): string[] {
  const { exitCode, signalCode, faults, tail } = trial;
  if (exitCode === wanted || faults.length > 0) return faults;
  const end = signalCode ?? `exit ${exitCode}`;
  const said = tail ? `; it said last: ${tail}` : '';
  return [`ends with ${end} instead of ${wanted} (${MEANINGS[wanted]})${said}`];
}

/** What is wrong with the end of a trainer that was not to begin. */
export function judgeRefusal(trial: Trial, wanted: number): string[] {
  const began = trial.events.some(({ type }) => type === 'progress' || type === 'result');
  return began ? ['begins with what it has to refuse'] : judgeExit(trial, wanted);
}

/** What is wrong with a trainer that cannot have finished. */
export function judgeUnfinished(trial: Trial): string[] {
  if (trial.faults.length > 0) return trial.faults;
  return [
    ...(trial.exitCode === TRAINER_EXIT.done ? ['ends as if it had done its work'] : []),
    ...(trial.events.some(({ type }) => type === 'result') ? ['tells a result'] : []),
  ];
}
