/** Names the condition whose tokens are matched. */
export const MATCH = /^match\((\S+)\)$/;

/** The name in `match(strip)`. */
export function readMatch(tokens: string): string | undefined {
  return MATCH.exec(tokens)?.[1];
}
