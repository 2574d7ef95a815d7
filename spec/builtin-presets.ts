/**
 * Presets of the built-in suite's knobs. A preset says only where it differs from `default`; what a spec sets itself wins
 * over its preset.
 */

/** Hard enough that something is learned, and forgotten. */
const standard = {
  dialoguesPerDomain: { train: 50, heldOut: 18 },
  chainLength: { min: 2, max: 4 },
  traceShare: 0.4,
  candidates: { min: 4, max: 6 },
  comparisonShare: 0.15,
  derivedShare: 0.15,
  noise: 0.1,
  overlap: 1,
  unseenTools: 0,
  toss: false,
};

type BuiltinKnobs = typeof standard;

/** Seconds of training: to try out a trainer or a file. */
const quick: BuiltinKnobs = {
  ...standard,
  dialoguesPerDomain: { train: 12, heldOut: 6 },
  chainLength: { min: 2, max: 2 },
};

/** For learners that have nothing to learn from `default`. */
const hard: BuiltinKnobs = {
  ...standard,
  chainLength: { min: 3, max: 6 },
  candidates: { min: 6, max: 6 },
  comparisonShare: 0.3,
  derivedShare: 0.3,
  noise: 0.5,
  unseenTools: 1,
};

/** No trace can have an effect: the toss of a coin decides what is to be predicted. */
const withoutEffect: BuiltinKnobs = {
  ...standard,
  chainLength: { min: 2, max: 3 },
  noise: 1,
  toss: true,
};

export const BUILTIN_PRESETS = { default: standard, quick, hard, null: withoutEffect };
