import type { Lab, Training } from './lab.ts';

/** One promise of the protocol, and how it is tried. */
export interface Check {
  name: string;
  /** What holds where it passes. */
  title: string;
  /** Answers what is broken, in sentences with the trainer as their subject; nothing where it holds. */
  run: (lab: Lab) => Promise<string[]>;
}

/** The check cannot be made: here, or before another one holds. */
export class Skipped extends Error {}

export interface CheckResult extends Pick<Check, 'name' | 'title'> {
  state: 'holds' | 'broken' | 'skipped';
  /** What is broken, or why it was skipped. */
  said: string[];
  seconds: number;
}

/** What `trains` came to. */
export function requireTraining({ trained }: Lab): Training {
  if (!trained) throw new Skipped('a block has to be trained first');
  return trained;
}
