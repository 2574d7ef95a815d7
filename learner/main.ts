/** The built-in CPU trainer, a small copy model: `node learner.mjs <folder>` does the job that stands in the folder. */

import { fstatSync } from 'node:fs';
import { TRAINER_EXIT } from '../contract/trainer.ts';
import { count } from './count.ts';
import { readTools } from './data-files.ts';
import { EventLog } from './events.ts';
import { LearnerFailure, wrongConfiguration } from './failure.ts';
import { generate } from './generate.ts';
import { type LearnerJob, readJob } from './job.ts';
import type { Stage, StopRequest } from './stage.ts';
import { train } from './train.ts';

async function main(): Promise<void> {
  const stop: StopRequest = { requested: false };
  process.on('SIGTERM', () => {
    stop.requested = true;
  });
  endWithStandardInput();
  try {
    await runJob(process.argv[2], stop);
    process.exitCode = TRAINER_EXIT.done;
  } catch (error) {
    if (!(error instanceof LearnerFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
  process.stdin.destroy();
}

async function runJob(folder: string | undefined, stop: StopRequest): Promise<void> {
  if (folder === undefined)
    throw wrongConfiguration('expected the folder of a job as the argument');
  const job = readJob(folder);
  const events = new EventLog(folder);
  try {
    await runStage(job, { folder, events, tools: readTools(job.tools), stop });
  } finally {
    events.close();
  }
}

async function runStage(job: LearnerJob, stage: Stage): Promise<void> {
  switch (job.stage) {
    case 'count':
      return count(job, stage);
    case 'train':
      return train(job, stage);
    case 'generate':
      return generate(job, stage);
  }
}

/** A pipe from whoever started us: its end means that they are gone. A terminal or /dev/null says nothing. */
function endWithStandardInput(): void {
  const input = fstatSync(0);
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on('end', () => process.exit(TRAINER_EXIT.interrupted));
  process.stdin.on('error', () => process.exit(TRAINER_EXIT.interrupted));
  process.stdin.resume();
}

await main();
