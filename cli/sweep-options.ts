import { type Command, InvalidArgumentError } from 'commander';
import { limitSweep } from '../spec/limit-sweep.ts';
import type { Sweep } from '../spec/sweep.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { findForkPoint } from './fork.ts';
import { say } from './output.ts';

/** What the command line changes of a sweep file. */
export interface SweepOptions {
  limit?: number;
  from?: string;
  fromSweep?: string;
}

export function addSweepOptions(command: Command): Command {
  return command
    .option(
      '--limit <n>',
      'a trial on at most so many examples of a domain, on both sides',
      parseCount,
    )
    .option(
      '--from <block>',
      'start from a committed block: condition/seed/domain of the latest sweep, or its key',
    )
    .option('--from-sweep <sweep>', 'the sweep that --from names a block of');
}

/** The change that the options ask for; a trial is announced. */
export async function readSweepOptions({
  limit,
  from,
  fromSweep,
}: SweepOptions): Promise<(sweep: Sweep) => Sweep> {
  if (fromSweep !== undefined && from === undefined)
    throw new CliError(EXIT.usage, '--from-sweep goes with --from, which names the block');
  const block = from === undefined ? undefined : await findForkPoint(from, fromSweep);
  return (sweep) => {
    const forked = block === undefined ? sweep : { ...sweep, base: { block } };
    if (limit === undefined) return forked;
    const limited = limitSweep(forked, limit);
    say(`a trial, ${limited.name}: at most ${limit} examples of a domain on either side`);
    return limited;
  };
}

/** A whole number from 1, as an option. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('a whole number of at least 1 was expected.');
}
