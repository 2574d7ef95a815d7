/**
 * Cases of a property test: about a second's worth, or as many as RATCHET_PROPERTY_RUNS says (with `--testTimeout` for as
 * long as they take).
 */
export function propertyRuns(usual: number): number {
  const wanted = process.env['RATCHET_PROPERTY_RUNS'];
  return wanted === undefined ? usual : Number(wanted);
}
