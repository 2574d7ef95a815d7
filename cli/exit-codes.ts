/** Every exit code of `ratchet`. Node exits 1 on a crash, so 1 never means anything else. */
export const EXIT = {
  done: 0,
  /** The command line is wrong. */
  usage: 2,
  /** The sweep file is wrong. */
  spec: 3,
  /** The data are wrong or missing. */
  data: 4,
  /** The sweep ended and something in it failed. */
  failed: 5,
  cancelled: 6,
  /** The sweep stopped at its budget. */
  budget: 7,
  /** Temporal, the supervisor or a tool cannot be had. */
  environment: 8,
  /** `store verify`, `doctor` or `trainer check` found something. */
  findings: 9,
  /** No such sweep, block, condition, seed, domain, example or file. */
  notFound: 10,
  /** Ctrl-C: the sweep goes on without us. */
  detached: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake that a person can mend: its message is all they see. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
