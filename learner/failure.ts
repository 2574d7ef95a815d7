import { TRAINER_EXIT } from '../contract/trainer.ts';

/** Ends the process with one line on standard error and the exit code of its kind. */
export class LearnerFailure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'LearnerFailure';
    this.exitCode = exitCode;
  }
}

/** The job, its hyperparameters or its data files are wrong: a retry would end the same way. */
export function wrongConfiguration(message: string): LearnerFailure {
  return new LearnerFailure(TRAINER_EXIT.configuration, message);
}

/** A folder of weights or a checkpoint is not what was written: another copy of it may do. */
export function damagedInput(message: string): LearnerFailure {
  return new LearnerFailure(TRAINER_EXIT.damaged, message);
}

/** Told to stop; what was to be kept stands in a checkpoint. */
export function interrupted(message: string): LearnerFailure {
  return new LearnerFailure(TRAINER_EXIT.interrupted, message);
}
