import type { TrainerEvent } from '../contract/trainer-events.ts';
import { addWarning, type TrainerWarning } from '../contract/trainer-warnings.ts';
import { wellFormed } from './trainer-end.ts';
import { redactSecrets } from './redact-secrets.ts';

/** Hands over all warnings so far whenever there is another. */
export function keepWarnings(
  onWarnings: ((warnings: TrainerWarning[]) => void) | undefined,
): (event: TrainerEvent) => void {
  let kept: TrainerWarning[] = [];
  return (event) => {
    if (event.type !== 'warning') return;
    kept = addWarning(kept, tidy(event.message));
    onWarnings?.(kept);
  };
}

/** One line that a record can hold and a terminal can show. */
function tidy(message: string): string {
  const line = redactSecrets(message).replace(/[\p{Cc}\s]+/gu, ' ');
  return wellFormed(line.trim().slice(0, LONGEST));
}

const LONGEST = 300;
