/** The knobs of the built-in suite. */
export interface BuiltinSettings {
  dialoguesPerDomain: { train: number; heldOut: number };
  /** Turns with calls in a dialogue. */
  chainLength: { min: number; max: number };
  /**
   * Share of the turns whose call needs a value that stands only in an earlier result; 0 makes a
   * trace useless.
   */
  traceShare: number;
  /** Records that a look-up answers: the one that is meant and its distractors. */
  candidates: { min: number; max: number };
  /**
   * Share of the references to a record by comparison ("the cheapest") and not by what stands in
   * it.
   */
  comparisonShare: number;
  /** Share of the dates and times that the user says in other words than the tool takes. */
  derivedShare: number;
  /** Share of the user turns that mention something beside the point. */
  noise: number;
}

export const BUILTIN_DEFAULTS: BuiltinSettings = {
  dialoguesPerDomain: { train: 50, heldOut: 18 },
  chainLength: { min: 2, max: 4 },
  traceShare: 0.4,
  candidates: { min: 4, max: 6 },
  comparisonShare: 0.15,
  derivedShare: 0.15,
  noise: 0.1,
};
