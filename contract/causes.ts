/** The one table of why work fails: how each cause is recognised, what Ratchet does, and what a person can do. */

export interface Cause {
  /** What is seen. */
  recognised: string;
  /** Retries of one stage. */
  retries: number;
  /** The fault is not the work's own: it is tried again soon. */
  outside?: boolean;
  mend: string;
}

export const CAUSES = {
  preempted: {
    recognised: 'the trainer exited 75 or was killed from outside without our asking',
    retries: 100,
    outside: true,
    mend: 'nothing to do: it goes on from the last durable checkpoint; if it recurs, see whether memory runs out',
  },
  'worker-lost': {
    recognised: 'the activity stopped sending heartbeats: its worker died or lost the server',
    retries: 100,
    outside: true,
    mend: 'nothing to do: another worker goes on from the last durable checkpoint',
  },
  superseded: {
    recognised: 'a newer attempt holds the claim on this block',
    retries: 100,
    outside: true,
    mend: 'nothing to do: the newer attempt commits the block',
  },
  stalled: {
    recognised: 'no event from the trainer within its stall limit',
    retries: 2,
    mend: 'look at `ratchet logs`; a trainer that reports rarely must send progress more often',
  },
  'disk-full': {
    recognised: 'no space left on the device',
    retries: 3,
    mend: 'free space under RATCHET_HOME and the store, then `ratchet retry`',
  },
  'store-unreachable': {
    recognised: 'the store did not answer',
    retries: 20,
    mend: 'check that the store is up and may be written, then `ratchet retry`',
  },
  'store-corrupt': {
    recognised: 'a stored object is missing or does not match its hash',
    retries: 1,
    mend: 'run `ratchet store verify`; the block that made the object is computed again by `ratchet retry`',
  },
  configuration: {
    recognised: 'the trainer exited 78, or does not match the plan',
    retries: 0,
    mend: 'mend the hyperparameters or the trainer in the sweep file',
  },
  data: {
    recognised: 'the data differ from the plan or cannot be rendered',
    retries: 0,
    mend: 'mend the data, then run the sweep file again',
  },
  'trainer-bug': {
    recognised: 'the trainer ended with any other exit code, or broke the protocol',
    retries: 0,
    mend: 'read the end of its log with `ratchet logs`, mend the trainer, then `ratchet retry`',
  },
  internal: {
    recognised: 'anything else: an error in Ratchet itself',
    retries: 2,
    mend: 'please report it, with the output of `ratchet doctor`',
  },
} as const satisfies Record<string, Cause>;

export type CauseName = keyof typeof CAUSES;

export function isCauseName(name: string): name is CauseName {
  return Object.hasOwn(CAUSES, name);
}

/** A failure with a known cause; its message is for the person who runs the sweep. */
export class CausedError extends Error {
  readonly causeName: CauseName;
  constructor(causeName: CauseName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CausedError';
    this.causeName = causeName;
  }
}
