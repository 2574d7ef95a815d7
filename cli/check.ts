import { pc } from './colors.ts';

/** One thing that a sweep needs, and how it stands. */
export interface Check {
  name: string;
  ok: boolean;
  found: string;
  /** One command or action. */
  mend?: string;
  /** Mends it, where a machine can without risk; tells how it stands then. */
  fix?: () => Promise<Check>;
}

export function passed(name: string, found: string): Check {
  return { name, ok: true, found };
}

export function failed(name: string, found: string, mend: string): Check {
  return { name, ok: false, found, mend };
}

export function describeCheck({ name, ok, found, mend }: Check): string {
  const line = `${ok ? pc.green('✓') : pc.red('✗')} ${name.padEnd(12)} ${found}`;
  return ok || !mend ? line : `${line}\n  ${pc.bold('mend:')} ${mend}`;
}
