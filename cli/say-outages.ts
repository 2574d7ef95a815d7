import { subscribe } from 'node:diagnostics_channel';
import { OUTAGE_SAID, OUTAGE_SAID_AGAIN } from '../contract/timeouts.ts';
import { type Repetition, REPETITIONS } from '../store/repetitions.ts';
import { say } from './output.ts';

/** Says, while a store is asked again, that it does not answer: it may take a minute until that fails. */
export function sayOutages(): void {
  let said = -Infinity;
  subscribe(REPETITIONS, (message) => {
    const { doing, why, spent } = message as Repetition;
    const now = performance.now();
    if (spent < OUTAGE_SAID || now - said < OUTAGE_SAID_AGAIN) return;
    said = now;
    say(`cannot ${doing} yet (${why}); asking again`);
  });
}
