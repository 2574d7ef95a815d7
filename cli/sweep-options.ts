import { type Command, InvalidArgumentError } from 'commander';
import { limitSweep } from '../spec/limit-sweep.ts';
import type { Sweep } from '../spec/sweep.ts';
import { say } from './output.ts';

/** What the command line changes of a sweep file. */
export interface SweepOptions {
  limit?: number;
}

export function addSweepOptions(command: Command): Command {
  return command.option(
    '--limit <n>',
    'a trial on at most so many examples of a domain, on both sides',
    parseCount,
  );
}

/** The change that the options ask for; a trial is announced. */
export function readSweepOptions({ limit }: SweepOptions): (sweep: Sweep) => Sweep {
  if (limit === undefined) return (sweep) => sweep;
  return (sweep) => {
    const limited = limitSweep(sweep, limit);
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
