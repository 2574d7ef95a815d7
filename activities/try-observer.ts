import type { MeasuredProgress } from '../contract/telemetry.ts';
import type { Try } from '../store/tries.ts';

/** Who is told how tries go on this worker, beside the store: its metrics and its log. */
export interface TryObserver {
  /** It is in another state than before; at its end `end` is set, and nothing follows. */
  onState: (one: Try) => void;
  /** It is followed by another worker from now on, or turned out to be nothing. */
  onLeft: (one: Try) => void;
  /** How fast its trainer is now, and how well it uses its GPUs. */
  onProgress: (one: Try, progress: MeasuredProgress) => void;
  /** What its carrier moved to and from the store, when its pod has ended. */
  onCarried: (traffic: Traffic) => void;
}

/** Bytes. */
export interface Traffic {
  sent: number;
  received: number;
}

export const NOBODY: TryObserver = {
  onState: () => undefined,
  onLeft: () => undefined,
  onProgress: () => undefined,
  onCarried: () => undefined,
};
