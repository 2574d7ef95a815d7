import type { EventLog } from './events.ts';

/** Progress events for people, not too many of them. Reads the clock: nothing that is learned depends on it. */
export class ProgressMeter {
  private readonly events: EventLog;
  private loss = 0;
  private examples = 0;
  private readonly began = performance.now();
  private readonly tokensBefore: number;
  private reported = Number.NEGATIVE_INFINITY;

  /** `tokensBefore`: those that an earlier attempt processed. */
  constructor(events: EventLog, tokensBefore: number) {
    this.events = events;
    this.tokensBefore = tokensBefore;
  }

  /** One example's loss, in nats. */
  add(loss: number): void {
    this.loss += loss;
    this.examples++;
  }

  report(done: { step: number; tokens: number }, steps: number, isDue: boolean): void {
    const now = performance.now();
    if (!isDue && now - this.reported < INTERVAL_MS) return;
    const seconds = (now - this.began) / 1000;
    this.events.append({
      type: 'progress',
      step: done.step,
      steps,
      loss: this.examples > 0 ? this.loss / this.examples : null,
      tokens: done.tokens,
      tokensPerSecond: seconds > 0 ? Math.round((done.tokens - this.tokensBefore) / seconds) : 0,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    });
    this.loss = 0;
    this.examples = 0;
    this.reported = now;
  }
}

const INTERVAL_MS = 250;
