/** Two conditions, the second subtracted from the first. */
export const CONTRAST = /^(\S+) - (\S+)$/;

/** The names in a contrast like `keep - strip`. */
export function readContrast(contrast: string): { treatment: string; control: string } | undefined {
  const [, treatment, control] = CONTRAST.exec(contrast) ?? [];
  return treatment === undefined || control === undefined ? undefined : { treatment, control };
}
