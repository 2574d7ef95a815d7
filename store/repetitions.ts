/** The diagnostics channel that tells of every request to a store that is to be made again. */
export const REPETITIONS = 'ratchet.store.repetition';

export interface Repetition {
  /** In words, e.g. `read plans/1.json`. */
  doing: string;
  /** The status or the network's error. */
  why: string;
  /** For so many milliseconds already. */
  spent: number;
}
