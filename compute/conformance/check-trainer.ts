import { type Check, type CheckResult, Skipped } from './check.ts';
import { FULL_DISK_CHECK } from './full-disk-check.ts';
import { GENERATION_CHECKS } from './generation-checks.ts';
import { INTERRUPTION_CHECKS } from './interruption-checks.ts';
import type { Lab } from './lab.ts';
import { REFUSAL_CHECKS } from './refusal-checks.ts';
import { TRAINING_CHECKS, TRAINS } from './training-checks.ts';

/** In the order in which they are made: what follows needs what a block trained without interference came to. */
export const CHECKS: readonly Check[] = [
  ...TRAINING_CHECKS,
  ...INTERRUPTION_CHECKS,
  ...GENERATION_CHECKS,
  ...REFUSAL_CHECKS,
  FULL_DISK_CHECK,
];

/** Puts a trainer through the whole protocol, or the checks so named and what they need; each result as it comes. */
export async function* checkTrainer(
  lab: Lab,
  only = CHECKS.map(({ name }) => name),
): AsyncGenerator<CheckResult> {
  for (const check of CHECKS)
    if (only.includes(check.name) || check === TRAINS) yield makeCheck(check, lab);
}

async function makeCheck({ name, title, run }: Check, lab: Lab): Promise<CheckResult> {
  const started = performance.now();
  const result = await run(lab).then(
    (said) => ({ state: said.length > 0 ? ('broken' as const) : ('holds' as const), said }),
    (error: unknown) => {
      if (!(error instanceof Skipped)) throw error;
      return { state: 'skipped' as const, said: [error.message] };
    },
  );
  return { name, title, ...result, seconds: (performance.now() - started) / 1000 };
}
