/** The knobs of the built-in suite; presets and defaults are `spec/builtin-presets.ts`'s. */
export interface BuiltinSettings {
  dialoguesPerDomain: { train: number; heldOut: number };
  /** Turns with calls in a dialogue. */
  chainLength: { min: number; max: number };
  /**
   * Share of the turns whose call needs a value that stands only in an earlier result. 0 makes no
   * trace useless: earlier calls still show names and formats. See `toss`.
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
  /**
   * Share of the argument names common to several domains that are left common; the others become
   * the domain's own, so that what one domain teaches about a name no other contradicts.
   */
  overlap: number;
  /**
   * Tools of each domain, 2 at most and drawn for each seed, that training neither calls nor lists.
   * Held-out prompts list them, and held-out dialogues call them, as ever.
   */
  unseenTools: number;
  /**
   * Every dialogue ends with a call that the toss of a coin decides, and that call is its only
   * example: nothing that a rendering keeps or takes away tells how it falls.
   */
  toss: boolean;
}
