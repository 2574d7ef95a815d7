import type { SupervisorSocket } from './supervisor-socket.ts';

/** How long nobody has needed a supervisor: no terminal is attached, and none came or left, and there is no work. */
export class Idleness {
  private readonly socket: Pick<SupervisorSocket, 'attached' | 'changes'>;
  private changes = 0;
  private since: number | undefined;

  constructor(socket: Pick<SupervisorSocket, 'attached' | 'changes'>) {
    this.socket = socket;
  }

  /** To be asked again and again: whether it has lasted so many milliseconds, now that the answer is there. */
  async hasLasted(limit: number, hasWork: () => Promise<boolean>): Promise<boolean> {
    const busy = this.socket.attached > 0 || (await hasWork());
    // Who came since the last look may be attached still, or have left work that does not show yet.
    const isQuiet = this.socket.changes === this.changes;
    this.changes = this.socket.changes;
    this.since = busy || !isQuiet ? undefined : (this.since ?? performance.now());
    return this.since !== undefined && performance.now() - this.since >= limit;
  }
}
