import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results, RunResult } from '../../contract/results.ts';
import { makeFolder, type Ran, ratchet } from './ratchet.ts';

const TOY = join(import.meta.dirname, '..', 'support', 'toy-trainer.mjs');

/** Eight blocks of a trainer without learning: half a second of work. */
export const STUDY = {
  version: 'ratchet/v1',
  name: 'study',
  suite: { kind: 'builtin', dialoguesPerDomain: { train: 4, heldOut: 3 } },
  stream: { domains: ['travel', 'banking'] },
  conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
  seeds: 2,
  question: { contrast: 'keep - strip' },
  trainer: { kind: 'command', command: [process.execPath, TOY], identity: 'toy' },
};

/** What `run --json` ends with. */
export interface Ended {
  sweep: string;
  results: string;
}

/** A folder with a home of its own, and the command line in it. */
export class Desk {
  readonly folder = makeFolder();
  readonly home = join(this.folder, 'home');

  call(args: string[], env: Record<string, string> = {}): Promise<Ran> {
    return ratchet(args, { cwd: this.folder, env: { RATCHET_HOME: this.home, ...env } });
  }

  /** The JSON that a verb answers. Throws unless it succeeds. */
  async ask<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.call([...args, '--json']);
    if (code !== 0) throw new Error(`ratchet ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  write(study: object, name = 'study.yaml'): void {
    writeFileSync(join(this.folder, name), JSON.stringify(study));
  }
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** The run of a condition at its first seed, or another. Throws where there is none. */
export function runOf(file: string, condition: string, place = 0): RunResult {
  const run = readResults(file).conditions[condition]?.runs[place];
  if (!run) throw new Error(`${file} has no run ${place} of ${condition}`);
  return run;
}

/** Keys of a run's blocks, in their order. */
export function keysOf(file: string, condition: string, place = 0): string[] {
  return runOf(file, condition, place).blocks.map(({ key }) => key);
}
