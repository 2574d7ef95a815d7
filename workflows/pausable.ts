import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

/** What a lineage is doing, and the switch that holds it. */
export class Pausable {
  paused: boolean;
  private readonly active = new Set<string>();
  /** Scopes that a pause stops; what they computed up to their last checkpoint is kept. */
  private readonly stoppable = new Set<CancellationScope>();

  constructor(paused: boolean) {
    this.paused = paused;
  }

  pause(): void {
    this.paused = true;
    for (const scope of this.stoppable) scope.cancel();
  }

  resume(): void {
    this.paused = false;
  }

  /** What runs now, e.g. `train keep/1/health`. */
  activities(): string[] {
    return [...this.active];
  }

  /**
   * Runs a long stage; a pause stops it, and it starts again, from its last checkpoint, after the resume. `onHeld` is called
   * before it waits for one.
   */
  async runPausable<T>(
    name: string,
    stage: () => Promise<T>,
    onHeld: () => Promise<void>,
  ): Promise<T> {
    for (;;) {
      if (this.paused) await onHeld();
      await condition(() => !this.paused);
      const scope = new CancellationScope({ cancellable: true });
      this.stoppable.add(scope);
      try {
        return await this.run(name, () => scope.run(stage));
      } catch (error) {
        const ours = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
        if (!isCancellation(error) || !ours) throw error;
      } finally {
        this.stoppable.delete(scope);
      }
    }
  }

  /** Runs a quick stage, which a pause lets end. */
  async run<T>(name: string, stage: () => Promise<T>): Promise<T> {
    this.active.add(name);
    try {
      return await stage();
    } finally {
      this.active.delete(name);
    }
  }
}
