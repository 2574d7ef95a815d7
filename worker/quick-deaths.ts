import type { ChildProcess } from 'node:child_process';
import { MOST_QUICK_DEATHS, QUICK_DEATH } from '../contract/timeouts.ts';

/** Tells a child that cannot live, and would be started for ever, from one that had bad luck. */
export class QuickDeaths {
  private inARow = 0;
  private begun = 0;

  begin(): void {
    this.begun = performance.now();
  }

  /** After its end. A child that somebody killed says nothing. */
  areTooMany({ signalCode }: ChildProcess): boolean {
    if (performance.now() - this.begun > QUICK_DEATH) this.inARow = 0;
    else if (signalCode !== 'SIGKILL') this.inARow++;
    return this.inARow >= MOST_QUICK_DEATHS;
  }
}
