import { Command, CommanderError } from 'commander';
import { DataError } from '../data/errors.ts';
import { StoreError } from '../store/store.ts';
import { addControl } from './control.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export.ts';
import { addInit } from './init.ts';
import { addLogs } from './logs.ts';
import { addPlan } from './plan.ts';
import { addReport } from './report.ts';
import { addRescore } from './rescore.ts';
import { addRun } from './run.ts';
import { addStatus } from './status.ts';
import { addStore } from './store.ts';
import { addValidate } from './validate.ts';
import { addWatch } from './watch.ts';
import { addWorker } from './worker.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';

const program = new Command('ratchet')
  .description('Durable continual-learning sweeps for tool-using language models')
  .version('0.1.0')
  .showHelpAfterError('(ratchet --help lists the commands)')
  .showSuggestionAfterError()
  .exitOverride();
for (const add of [
  addInit,
  addValidate,
  addPlan,
  addRun,
  addStatus,
  addWatch,
  addLogs,
  addControl,
  addRescore,
  addReport,
  addExport,
  addStore,
  addDoctor,
  addWorker,
  addDemo,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else if (error instanceof CliError) fail(error.exitCode, error.message);
  else if (error instanceof DataError) fail(EXIT.data, error.message);
  else if (error instanceof StoreError) fail(EXIT.environment, error.message);
  else throw error;
}

function fail(exitCode: number, message: string): void {
  say(message);
  process.exitCode = exitCode;
}
