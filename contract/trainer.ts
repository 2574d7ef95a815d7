/**
 * The trainer protocol, version 1: how any program trains a block, predicts calls and counts tokens. For people:
 * `docs/trainer-protocol.md`; a trainer is put through it by `ratchet trainer check`.
 *
 * A trainer is started as `<command> <folder>`, reads `<folder>/job.json` (`trainer-job.ts`) and appends one JSON object a
 * line to `<folder>/events.jsonl` (`trainer-events.ts`); every path in either is relative to that folder. Logs for people go
 * to stdout and stderr. It also ends when its standard input closes.
 */

export const PROTOCOL_VERSION = 1;

/**
 * `done`: after the `result` event. `interrupted`: told to stop by SIGTERM, after a checkpoint. `configuration`: the job is
 * wrong, and a retry would not help. `damaged`: weights or a checkpoint that it was given are damaged. Anything else is a bug.
 */
export const TRAINER_EXIT = { done: 0, interrupted: 75, configuration: 78, damaged: 65 } as const;

/** Complete checkpoints that may wait to be stored; beyond them the trainer waits, so that the disk stays bounded. */
export const MOST_CHECKPOINTS_WAITING = 2;
