import { LOG_EVERY } from '../contract/timeouts.ts';
import { LogTail } from '../k8s/log-tail.ts';
import { findAttemptOf } from '../store/attempts.ts';
import { logPath } from '../store/layout.ts';
import type { Store } from '../store/store.ts';

/** Brings what a pod's trainer says to the store while it says it: nothing is left of a pod that is gone. */
export class LogKeeper {
  /** The pod's name, which is its host name too, by which its attempt is found. */
  pod: string | undefined;
  private readonly store: Store;
  private readonly key: string;
  private readonly timer: NodeJS.Timeout;
  private tail = new LogTail();
  private changed = false;

  constructor(store: Store, key: string) {
    this.store = store;
    this.key = key;
    this.timer = setInterval(() => void this.write().catch(() => undefined), LOG_EVERY);
  }

  add(text: string, restarted: boolean): void {
    if (restarted) this.tail = new LogTail();
    this.tail.add(text);
    this.changed = true;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** A log is good to have and never worth a finished training: what cannot be written is left out. */
  async flush(): Promise<void> {
    await this.write().catch(() => undefined);
  }

  private async write(): Promise<void> {
    if (!this.changed || this.pod === undefined) return;
    const attempt = await findAttemptOf(this.store, this.key, this.pod);
    if (!attempt) return;
    this.changed = false;
    const bytes = new TextEncoder().encode(this.tail.text);
    await this.store.replace(logPath(this.key, attempt.number), bytes);
  }
}
