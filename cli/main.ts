import { Command, CommanderError } from 'commander';
import { DataError } from '../data/errors.ts';
import { StoreError } from '../store/store.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { say } from './output.ts';
import { addRun } from './run.ts';

const program = new Command('ratchet')
  .description('Durable continual-learning sweeps for tool-using language models')
  .version('0.1.0')
  .showHelpAfterError('(ratchet --help lists the commands)')
  .showSuggestionAfterError()
  .exitOverride();
addRun(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else if (error instanceof CliError) fail(error.exitCode, error.message);
  else if (error instanceof DataError) fail(EXIT.data, error.message);
  else if (error instanceof StoreError) fail(EXIT.environment, error.message);
  else throw error;
}

function fail(exitCode: number, message: string): void {
  say(message);
  process.exitCode = exitCode;
}
