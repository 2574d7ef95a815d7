import type { Finding } from '../spec/findings.ts';

/** Settings of the sweep file that only its data prove wrong. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly findings: readonly Finding[];

  constructor(...findings: Finding[]) {
    super(
      findings
        .map(
          ({ path, expected, found }) => `${path.join('.')}: expected ${expected}, found ${found}`,
        )
        .join('\n'),
    );
    this.findings = findings;
  }
}
