import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ControlActivities, LineageStatus } from '../contract/activities.ts';
import { CANCEL_AGAIN, RECONCILE_EVERY } from '../contract/timeouts.ts';
import {
  addTotals,
  FAILURES_KEPT,
  type LineageEnded,
  NO_TOTALS,
  QUERIES,
  SIGNALS,
  type SweepInput,
  type SweepOutcome,
  type SweepProgress,
  type SweepState,
  UPDATES,
} from '../contract/workflows.ts';
import { pauseSignal, resumeSignal } from './lineage.ts';
import { Lineages } from './lineages.ts';
import { controlActivities } from './stages.ts';

const lineageEndedSignal = defineSignal<[LineageEnded]>(SIGNALS.lineageEnded);
const retryFailedSignal = defineSignal(SIGNALS.retryFailed);
const setParallelismUpdate = defineUpdate<number, [number]>(UPDATES.setParallelism);
const progressQuery = defineQuery<SweepProgress>(QUERIES.progress);

/**
 * A sliding window over lineages, whole seeds first. Lineages are children that outlive each run of this workflow and
 * signal its id when they end, so that it can continue as new at any size.
 */
export async function sweep(input: SweepInput): Promise<SweepOutcome> {
  const window = new SweepWindow(input);
  try {
    await window.run();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => window.cancel());
    throw new CancelledFailure('sweep cancelled: every lineage has stopped');
  }
  return window.outcome();
}

class SweepWindow {
  private readonly input: SweepInput;
  private readonly state: SweepState;
  private readonly lineages: Lineages;
  private readonly total: number;
  private readonly reconcileEvery: number;
  private phase: 'running' | 'cancelling' | 'reporting' | 'done' = 'running';

  constructor(input: SweepInput) {
    this.input = input;
    this.lineages = new Lineages(input);
    this.total = input.conditions.length * input.seeds.length;
    this.reconcileEvery = input.reconcileEvery ?? RECONCILE_EVERY;
    this.state = input.state ?? {
      cursor: 0,
      running: {},
      again: [],
      starts: {},
      ended: NO_TOTALS,
      failed: [],
      cancelled: [],
      parallelism: input.parallelism,
      paused: false,
    };
    this.handleControls();
  }

  async run(): Promise<void> {
    for (;;) {
      await this.fill();
      if (this.settled()) {
        await this.report();
        if (this.settled()) break; // A retry may have come while the report was written.
        this.phase = 'running';
        continue;
      }
      if (workflowInfo().continueAsNewSuggested) await this.continue();
      const before = this.inFlight().length;
      const woken = await condition(
        () => this.mayStart() || this.settled() || this.inFlight().length < before,
        this.reconcileEvery,
      );
      if (!woken) await this.reconcile();
    }
    this.phase = 'done';
    await condition(allHandlersFinished);
  }

  /** Cancels every child explicitly, waits until each has stopped, and reports what there is. */
  async cancel(): Promise<void> {
    this.phase = 'cancelling';
    for (;;) {
      await this.lineages.cancel(this.inFlight());
      if (await condition(() => this.inFlight().length === 0, CANCEL_AGAIN)) break;
      await this.reconcile();
    }
    await this.report();
    this.phase = 'done';
  }

  outcome(): SweepOutcome {
    const { ended, failed } = this.state;
    return { state: this.howItEnded(), ended, failed: failed.length };
  }

  private howItEnded(): SweepOutcome['state'] {
    if (this.state.failed.length > 0) return 'failed';
    if (this.state.cancelled.length > 0) return 'cancelled';
    return this.budgetReached() ? 'budget' : 'done';
  }

  private async continue(): Promise<void> {
    await this.lineages.allTold();
    await condition(allHandlersFinished);
    await continueAsNew<typeof sweep>({ ...this.input, state: this.state });
  }

  private handleControls(): void {
    setHandler(lineageEndedSignal, (ended) => this.settle(ended));
    setHandler(pauseSignal, () => {
      this.state.paused = true;
      this.lineages.tell(this.inFlight(), pauseSignal);
    });
    setHandler(resumeSignal, () => {
      this.state.paused = false;
      this.lineages.tell(this.inFlight(), resumeSignal);
    });
    setHandler(retryFailedSignal, () => {
      const { failed, cancelled, again } = this.state;
      again.push(...failed.map((one) => one.lineage), ...cancelled);
      this.state.failed = [];
      this.state.cancelled = [];
    });
    setHandler(
      setParallelismUpdate,
      (parallelism) => {
        this.state.parallelism = parallelism;
        return parallelism;
      },
      {
        validator: (parallelism) => {
          if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > 1000)
            throw new RangeError(
              `parallelism is a whole number from 1 to 1000, not ${parallelism}`,
            );
        },
      },
    );
    setHandler(progressQuery, () => this.progress());
  }

  /** A signal of an earlier start says nothing about the present one. */
  private settle(ended: LineageEnded): void {
    if (this.state.running[ended.lineage] !== ended.start) return;
    delete this.state.running[ended.lineage];
    this.state.ended = addTotals(this.state.ended, ended.totals);
    if (ended.status === 'cancelled') this.state.cancelled.push(ended.lineage);
    if (ended.status === 'budget') (this.state.stopped ??= []).push(ended.lineage);
    if (ended.status === 'failed') {
      const { failed } = this.state;
      const kept = failed.reduce((sum, { failures }) => sum + failures.length, 0);
      const failures = ended.failures.slice(0, FAILURES_KEPT - kept);
      failed.push({ lineage: ended.lineage, failures });
    }
  }

  private mayStart(): boolean {
    if (this.state.paused || this.inFlight().length >= this.state.parallelism) return false;
    if (this.state.again.length > 0) return true;
    return this.state.cursor < this.total && !this.budgetReached();
  }

  private settled(): boolean {
    if (this.inFlight().length > 0 || this.state.again.length > 0) return false;
    return this.state.cursor >= this.total || this.budgetReached();
  }

  private budgetReached(): boolean {
    return this.state.stopped !== undefined;
  }

  /** Starts lineages until the window is full. */
  private async fill(): Promise<void> {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
    const starting: Promise<void>[] = [];
    while (this.mayStart()) starting.push(this.startNext());
    await Promise.all(starting);
  }

  private async startNext(): Promise<void> {
    const repeated = this.state.again.shift();
    const index = repeated ?? this.state.cursor++;
    const start = repeated === undefined ? 1 : (this.state.starts[index] ?? 1) + 1;
    if (start > 1) this.state.starts[index] = start;
    this.state.running[index] = start;
    const isNew = await this.lineages.start(index, start);
    // A pause may have come before there was anybody to hear it, and one that was left over may be paused.
    if (this.state.paused) this.lineages.tell([index], pauseSignal);
    else if (!isNew) this.lineages.tell([index], resumeSignal);
  }

  /** Lineages that ended without their signal are started again; what they committed is found, not computed. */
  private async reconcile(): Promise<void> {
    const asked = this.inFlight().map((lineage) => ({
      workflowId: this.lineages.idOf(lineage),
      lineage,
    }));
    for (const { lineage, running } of await this.findRunning(asked)) {
      if (running || !(lineage in this.state.running)) continue;
      delete this.state.running[lineage];
      if (this.phase === 'cancelling') this.state.cancelled.push(lineage);
      else this.state.again.push(lineage);
    }
  }

  /** Nothing, when nobody could tell: the next look may. */
  private async findRunning(
    asked: Parameters<ControlActivities['findRunning']>[0],
  ): Promise<LineageStatus[]> {
    try {
      return await controlActivities('reconcile').findRunning(asked);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return [];
    }
  }

  private async report(): Promise<void> {
    if (this.phase !== 'cancelling') this.phase = 'reporting';
    const { store, plan, sweep: id } = this.input;
    await controlActivities('report').report({ store, plan, sweep: id, failed: this.state.failed });
  }

  private inFlight(): number[] {
    return Object.keys(this.state.running).map(Number);
  }

  private progress(): SweepProgress {
    const { running: _, starts: __, paused, ...counts } = this.state;
    return {
      ...counts,
      state: paused && this.phase === 'running' ? 'paused' : this.phase,
      lineages: this.total,
      running: this.inFlight(),
      budgetReached: this.budgetReached(),
    };
  }
}
