import { LOG_EVERY } from '../contract/timeouts.ts';
import { LogTail } from '../k8s/log-tail.ts';
import type { Store } from '../store/store.ts';

/** Brings what a pod's trainer says to the store while it says it: nothing is left of a pod that is gone. */
export class LogKeeper {
  /** Its name. */
  pod: string | undefined;
  private readonly store: Store;
  private readonly findPlace: (pod: string) => Promise<string | undefined>;
  private readonly timer: NodeJS.Timeout;
  private tail = new LogTail();
  private changed = false;

  /** `findPlace`: the path for a pod's log, once it has one. */
  constructor(store: Store, findPlace: (pod: string) => Promise<string | undefined>) {
    this.store = store;
    this.findPlace = findPlace;
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
    const path = await this.findPlace(this.pod);
    if (path === undefined) return;
    this.changed = false;
    const bytes = new TextEncoder().encode(this.tail.text);
    await this.store.replace(path, bytes);
  }
}
