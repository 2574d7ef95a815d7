/** What a question may ask about, and what a publication may tell. */
export const METRICS = [
  'averageAccuracy',
  'bwt',
  'fwt',
  'forgetting',
  'aulc',
  'nameAccuracy',
] as const;
