import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { RECONCILE_EVERY } from '../contract/timeouts.ts';
import {
  addTotals,
  type LineageEnded,
  lineageLabel,
  lineageWorkflowId,
  NO_TOTALS,
  QUERIES,
  SEARCH_ATTRIBUTES,
  SIGNALS,
  type SweepInput,
  type SweepOutcome,
  type SweepProgress,
  type SweepState,
  UPDATES,
} from '../contract/workflows.ts';
import { lineage, pauseSignal, resumeSignal } from './lineage.ts';
import { controlActivities } from './stages.ts';

const lineageEndedSignal = defineSignal<[LineageEnded]>(SIGNALS.lineageEnded);
const retryFailedSignal = defineSignal(SIGNALS.retryFailed);
const setParallelismUpdate = defineUpdate<number, [number]>(UPDATES.setParallelism);
const sweepProgressQuery = defineQuery<SweepProgress>(QUERIES.progress);

const searchKeys = {
  sweep: defineSearchAttributeKey(SEARCH_ATTRIBUTES.sweep, SearchAttributeType.KEYWORD),
  condition: defineSearchAttributeKey(SEARCH_ATTRIBUTES.condition, SearchAttributeType.KEYWORD),
  seed: defineSearchAttributeKey(SEARCH_ATTRIBUTES.seed, SearchAttributeType.INT),
};

/** Failures kept with their messages; beyond, a lineage's failures are counted and lie in its own history. */
const FAILURES_KEPT = 100;

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
  private readonly total: number;
  private phase: 'running' | 'cancelling' | 'reporting' | 'done' = 'running';
  private controls: Promise<unknown> = Promise.resolve();

  constructor(input: SweepInput) {
    this.input = input;
    this.total = input.conditions.length * input.seeds.length;
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
      while (this.mayStart()) await this.startNext();
      if (this.settled()) {
        await this.report();
        if (this.settled()) break; // A retry may have come while the report was written.
        this.phase = 'running';
        continue;
      }
      if (workflowInfo().continueAsNewSuggested) {
        await this.controls;
        await condition(allHandlersFinished);
        await continueAsNew<typeof sweep>({ ...this.input, state: this.state });
      }
      const before = this.inFlight().length;
      const woken = await condition(
        () => this.mayStart() || this.settled() || this.inFlight().length < before,
        RECONCILE_EVERY,
      );
      if (!woken) await this.reconcile();
    }
    this.phase = 'done';
    await condition(allHandlersFinished);
  }

  /** Cancels every child explicitly, waits until each has stopped, and reports what there is. */
  async cancel(): Promise<void> {
    this.phase = 'cancelling';
    const cancelled = this.inFlight();
    await Promise.allSettled(cancelled.map((index) => this.handleOf(index).cancel()));
    for (;;) {
      if (await condition(() => this.inFlight().length === 0, RECONCILE_EVERY)) break;
      await this.reconcile();
    }
    await this.report();
    this.phase = 'done';
  }

  outcome(): SweepOutcome {
    const { ended, failed, cancelled } = this.state;
    const unfinished = this.state.cursor < this.total;
    const state =
      failed.length > 0
        ? 'failed'
        : cancelled.length > 0
          ? 'cancelled'
          : unfinished
            ? 'budget'
            : 'done';
    return { state, ended, failed: failed.length };
  }

  private handleControls(): void {
    setHandler(lineageEndedSignal, (ended) => this.settle(ended));
    setHandler(pauseSignal, () => {
      this.state.paused = true;
      this.tellAll(pauseSignal);
    });
    setHandler(resumeSignal, () => {
      this.state.paused = false;
      this.tellAll(resumeSignal);
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
    setHandler(sweepProgressQuery, () => this.progress());
  }

  private settle(ended: LineageEnded): void {
    if (this.state.running[ended.lineage] !== ended.start) return;
    delete this.state.running[ended.lineage];
    this.state.ended = addTotals(this.state.ended, ended.totals);
    if (ended.status === 'cancelled') this.state.cancelled.push(ended.lineage);
    if (ended.status === 'failed') {
      const kept = this.state.failed.length < FAILURES_KEPT ? ended.failures.slice(0, 5) : [];
      this.state.failed.push({ lineage: ended.lineage, failures: kept });
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
    const budget = this.input.computeBudgetSeconds;
    return budget !== null && this.state.ended.computeSeconds >= budget;
  }

  private async startNext(): Promise<void> {
    const repeated = this.state.again.shift();
    const index = repeated ?? this.state.cursor++;
    const start = repeated === undefined ? 1 : (this.state.starts[index] ?? 1) + 1;
    if (start > 1) this.state.starts[index] = start;
    this.state.running[index] = start;
    const { sweep: id, store, plan, conditions, seeds } = this.input;
    const label = lineageLabel(this.input, index);
    try {
      await startChild(lineage, {
        workflowId: lineageWorkflowId(id, label),
        args: [{ sweep: id, store, plan, lineage: index, label, start }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        staticSummary: label,
        typedSearchAttributes: [
          { key: searchKeys.sweep, value: id },
          { key: searchKeys.condition, value: conditions[index % conditions.length] ?? '' },
          { key: searchKeys.seed, value: seeds[Math.floor(index / conditions.length)] ?? 0 },
        ],
      });
    } catch (error) {
      // Left over from an earlier execution of this sweep: when it ends, reconciling starts it again, and finds all done.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Lineages that ended without their signal are started again; what they committed is found, not computed. */
  private async reconcile(): Promise<void> {
    const asked = this.inFlight();
    const statuses = await controlActivities('reconcile').findRunning(
      asked.map((index) => ({ workflowId: this.idOf(index), lineage: index })),
    );
    for (const { lineage: index, running } of statuses) {
      if (running || !(index in this.state.running)) continue;
      delete this.state.running[index];
      if (this.phase === 'cancelling') this.state.cancelled.push(index);
      else this.state.again.push(index);
    }
  }

  private async report(): Promise<void> {
    this.phase = this.phase === 'cancelling' ? 'cancelling' : 'reporting';
    const { store, plan, sweep: id } = this.input;
    await controlActivities('report').report({ store, plan, sweep: id, failed: this.state.failed });
  }

  private tellAll(signal: typeof pauseSignal | typeof resumeSignal): void {
    const told = this.inFlight().map((index) => this.handleOf(index).signal(signal.name));
    this.controls = Promise.allSettled([this.controls, ...told]);
  }

  private inFlight(): number[] {
    return Object.keys(this.state.running).map(Number);
  }

  private idOf(index: number): string {
    return lineageWorkflowId(this.input.sweep, lineageLabel(this.input, index));
  }

  private handleOf(index: number): ReturnType<typeof getExternalWorkflowHandle> {
    return getExternalWorkflowHandle(this.idOf(index));
  }

  private progress(): SweepProgress {
    const { ended, failed, cancelled, parallelism, paused, again, cursor } = this.state;
    return {
      state: paused && this.phase === 'running' ? 'paused' : this.phase,
      lineages: this.total,
      cursor,
      running: this.inFlight(),
      again,
      failed,
      cancelled,
      ended,
      parallelism,
      budgetReached: this.budgetReached(),
    };
  }
}
