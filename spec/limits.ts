/** Bounds on what a spec may ask for or be: each far above honest use, and low enough to fail early and clearly. */
export const LIMITS = {
  /** UTF-16 units of the file: 10,000 seeds take a quarter of it. */
  textLength: 250_000,
  /** Lists and mappings inside each other. */
  nesting: 32,
  /** Of one mapping. */
  fields: 1_000,
  /** Reported of one file. */
  problems: 100,
  nameLength: 40,
  textFieldLength: 4_000,
  pathLength: 1_000,
  conditions: 100,
  domains: 64,
  seeds: 10_000,
  /** 6! */
  orders: 720,
  /** Conditions x orders x seeds. */
  runs: 100_000,
  /** Of one prompt. */
  draws: 1_000,
  largestSeed: 4_294_967_295,
} as const;
