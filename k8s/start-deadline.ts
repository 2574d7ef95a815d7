import type { CauseName } from '../contract/causes.ts';
import { HOPELESS_PULL } from '../contract/timeouts.ts';
import type { PodState } from './pod-state.ts';

interface Wait {
  for: string;
  since: number;
}

/**
 * How long a Job may wait: for a node, for its carrier to start, and for its trainer to start. While the carrier prepares the
 * job, which may wait for another's claim, no time runs.
 */
export class StartDeadline {
  private readonly seconds: number;
  private pull: PodState | undefined;
  /** Whatever it is held up by meanwhile: what changes that it only sees must not grant it more time. */
  private wait: Wait | undefined;
  private hopeless: Wait | undefined;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  /** Between two pulls some kubelets only say that they pause: what they said of the last one still holds. */
  recall(seen: PodState): PodState {
    if (seen.pull !== 'paused') this.pull = seen.pull && seen;
    return this.pull ?? seen;
  }

  /** Why it has to be given up at `now` (ms). */
  judge(
    { stage, cause, message = '', hopeless }: PodState,
    now: number,
  ): { cause: CauseName; message: string } | undefined {
    this.wait = goOn(this.wait, cause && stage, now);
    this.hopeless = goOn(this.hopeless, hopeless ? cause : undefined, now);
    if (!cause || !this.wait) return undefined;
    if (this.hopeless && now - this.hopeless.since >= HOPELESS_PULL) return { cause, message };
    if (now - this.wait.since < this.seconds * 1000) return undefined;
    return { cause, message: `not started within ${this.seconds} s: ${message}` };
  }
}

function goOn(wait: Wait | undefined, what: string | undefined, now: number): Wait | undefined {
  if (what === undefined) return undefined;
  return wait?.for === what ? wait : { for: what, since: now };
}
