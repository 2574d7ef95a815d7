/** The domains of the suites that ship; tests hold them equal to what `data/` and `worlds/` provide. */
export const SUITE_DOMAINS = {
  'api-bank': ['account', 'schedule', 'health', 'info'],
  builtin: ['travel', 'banking', 'library', 'clinic'],
} as const satisfies Record<string, readonly string[]>;
