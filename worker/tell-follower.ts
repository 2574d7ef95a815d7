import type { ComputeHooks, ComputeProgress } from '../compute/compute.ts';
import { PROGRESS_EVERY } from '../contract/timeouts.ts';
import type { TrainerWarning } from '../contract/trainer-warnings.ts';

/** What a carrier says to whoever follows its pod: lines of JSON in its log (`activities/pod-progress.ts` reads them). */
export interface Teller extends Required<Pick<ComputeHooks, 'onProgress' | 'onWarnings'>> {
  /** Says what was held back. */
  end: () => void;
}

/** Every line stays in the pod's log: at most one a second of progress, and of warnings those that are new. */
export function tellFollower(write: (line: string) => void): Teller {
  let last = -Infinity;
  let stage = '';
  let told: TrainerWarning[] = [];
  let warnings: TrainerWarning[] = [];
  let held: ComputeProgress | undefined;
  const say = (what: object): void => write(`${JSON.stringify(what)}\n`);
  return {
    onProgress: (progress) => {
      const now = performance.now();
      held = progress;
      if (progress.stage === stage && now - last < PROGRESS_EVERY) return;
      [last, stage, held] = [now, progress.stage, undefined];
      say(progress);
    },
    onWarnings: (all) => {
      warnings = all;
      if (all.length === told.length) return;
      told = all;
      say({ warnings });
    },
    end: () => {
      if (held) say(held);
      if (warnings !== told) say({ warnings });
    },
  };
}
