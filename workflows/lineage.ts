import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenedLineage } from '../contract/activities.ts';
import {
  type BlockFailure,
  type LineageEnded,
  type LineageInput,
  type LineageProgress,
  type LineageState,
  NO_TOTALS,
  QUERIES,
  SIGNALS,
} from '../contract/workflows.ts';
import {
  computeActivities,
  controlActivities,
  describeFailure,
  isFailure,
  type StageFailure,
  withBudgets,
} from './stages.ts';

export const pauseSignal = defineSignal(SIGNALS.pause);
export const resumeSignal = defineSignal(SIGNALS.resume);
export const lineageProgressQuery = defineQuery<LineageProgress>(QUERIES.progress);

/**
 * All blocks of one condition and seed, depth first, one training at a time. A block's evaluation runs beside the next
 * block's training, at most one behind. Tells its sweep how it ended.
 */
export async function lineage(input: LineageInput): Promise<LineageEnded> {
  const walk = new LineageWalk(input);
  let status: LineageEnded['status'] = 'cancelled';
  try {
    await walk.run();
    status = walk.state.failures.length > 0 ? 'failed' : 'done';
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
  const { totals, failures } = walk.state;
  const ended: LineageEnded = {
    lineage: input.lineage,
    start: input.start,
    status,
    totals: { ...totals, lineages: 1 },
    failures: failures.slice(0, 50),
  };
  await CancellationScope.nonCancellable(() =>
    getExternalWorkflowHandle(input.sweep).signal(SIGNALS.lineageEnded, ended),
  ).catch(() => undefined); // The sweep may be gone; its successor reconciles.
  return ended;
}

class LineageWalk {
  readonly state: LineageState;
  private opened: OpenedLineage | undefined;
  private evaluation: Promise<void> = Promise.resolve();
  private readonly active = new Set<string>();
  /** Scopes that a pause stops; what they computed up to their last checkpoint is kept. */
  private readonly stoppable = new Set<CancellationScope>();
  private readonly input: LineageInput;

  constructor(input: LineageInput) {
    this.input = input;
    this.state = input.state ?? {
      nextBlock: 0,
      baseEvaluated: false,
      lost: [],
      failures: [],
      totals: NO_TOTALS,
      paused: false,
    };
    setHandler(pauseSignal, () => this.pause());
    setHandler(resumeSignal, () => {
      this.state.paused = false;
    });
    setHandler(lineageProgressQuery, () => this.progress());
  }

  async run(): Promise<void> {
    try {
      const { block: _, ...whole } = this.unit(null);
      this.opened = await controlActivities(`${this.input.label} open`).openLineage(whole);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.fail(null, 'open', describeFailure(error));
      return;
    }
    try {
      await this.walkBlocks(this.opened.domains.length);
    } finally {
      await Promise.allSettled([this.evaluation]);
    }
  }

  private async walkBlocks(blocks: number): Promise<void> {
    if (!this.state.baseEvaluated) this.startEvaluation(null);
    while (this.state.nextBlock < blocks) {
      const block = this.state.nextBlock;
      const trained = await this.train(block);
      await this.evaluation;
      this.state.baseEvaluated = true;
      if (trained) this.startEvaluation(block);
      this.state.nextBlock = block + 1;
      if (workflowInfo().continueAsNewSuggested) {
        await this.evaluation;
        await condition(allHandlersFinished);
        await continueAsNew<typeof lineage>({ ...this.input, state: this.state });
      }
    }
    await this.evaluation;
  }

  private startEvaluation(block: number | null): void {
    this.evaluation = this.evaluate(block);
    this.evaluation.catch(() => undefined); // Awaited later: until then a rejection has no handler.
  }

  /** True when the block is committed, by us or by anybody. */
  private async train(block: number): Promise<boolean> {
    const parent = this.opened?.parents[block] ?? null;
    if (parent !== null && this.state.lost.includes(parent)) {
      this.state.lost.push(block);
      return false;
    }
    if (this.opened?.committed[block]) {
      this.count({ blocksReused: 1 });
      return true;
    }
    const failure = await this.trainAndCommit(block);
    if (!failure) return true;
    this.state.lost.push(block);
    this.fail(block, failure.stage, failure);
    return false;
  }

  private async trainAndCommit(
    block: number,
  ): Promise<(StageFailure & { stage: BlockFailure['stage'] }) | undefined> {
    const unit = this.unit(block);
    const name = this.nameOf(block);
    try {
      await this.tracked(`prepare ${name}`, () => controlActivities(name).prepare(unit));
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...describeFailure(error), stage: 'prepare' };
    }
    const trained = await withBudgets(() =>
      this.pausable(`train ${name}`, () => computeActivities(name).train(unit)),
    );
    if (isFailure(trained)) return { ...trained, stage: 'train' };
    try {
      await this.tracked(`checkpoint ${name}`, () =>
        controlActivities(name).checkpoint({ ...unit, attempt: trained.attempt }),
      );
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...describeFailure(error), stage: 'checkpoint' };
    }
    this.count({
      ...(trained.attempt === null ? { blocksReused: 1 } : { blocksTrained: 1 }),
      computeSeconds: trained.computeSeconds,
    });
    return undefined;
  }

  private async evaluate(block: number | null): Promise<void> {
    const index = block === null ? 0 : block + 1;
    if (this.opened?.scored[index]) {
      this.count({ cellsReused: this.opened.cells[index] ?? 0 });
      return;
    }
    const name = this.nameOf(block);
    if (block === null && !(await this.prepareBase())) return;
    const result = await withBudgets(() =>
      this.pausable(`evaluate ${name}`, () => computeActivities(name).evaluate(this.unit(block))),
    );
    if (isFailure(result)) this.fail(block, 'evaluate', result);
    else
      this.count({
        cellsComputed: result.computed,
        cellsReused: result.reused,
        computeSeconds: result.computeSeconds,
      });
  }

  private async prepareBase(): Promise<boolean> {
    const name = this.nameOf(null);
    try {
      await this.tracked(`prepare ${name}`, () => controlActivities(name).prepare(this.unit(null)));
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.fail(null, 'prepare', describeFailure(error));
      return false;
    }
  }

  /** Runs a stage; a pause stops it, and it starts again, from its last checkpoint, after the resume. */
  private async pausable<T>(name: string, stage: () => Promise<T>): Promise<T> {
    for (;;) {
      await condition(() => !this.state.paused);
      const scope = new CancellationScope({ cancellable: true });
      this.stoppable.add(scope);
      try {
        return await this.tracked(name, () => scope.run(stage));
      } catch (error) {
        const ours = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
        if (!isCancellation(error) || !ours) throw error;
      } finally {
        this.stoppable.delete(scope);
      }
    }
  }

  private async tracked<T>(name: string, stage: () => Promise<T>): Promise<T> {
    this.active.add(name);
    try {
      return await stage();
    } finally {
      this.active.delete(name);
    }
  }

  private pause(): void {
    this.state.paused = true;
    for (const scope of this.stoppable) scope.cancel();
  }

  private unit(block: number | null): Parameters<ReturnType<typeof computeActivities>['train']>[0] {
    const { store, plan, sweep, lineage: index } = this.input;
    return { store, plan, sweep, lineage: index, block };
  }

  private nameOf(block: number | null): string {
    return `${this.input.label}/${block === null ? 'base' : this.opened?.domains[block]}`;
  }

  private fail(block: number | null, stage: BlockFailure['stage'], failure: StageFailure): void {
    const { cause, message } = failure;
    this.state.failures.push({ block, label: this.nameOf(block), stage, cause, message });
  }

  private count(part: Partial<LineageState['totals']>): void {
    const { totals } = this.state;
    const sums = Object.entries(part).map(([key, value]) => [
      key,
      totals[key as keyof typeof totals] + value,
    ]);
    this.state.totals = { ...totals, ...Object.fromEntries(sums) };
  }

  private progress(): LineageProgress {
    const { totals, nextBlock, paused, failures } = this.state;
    return {
      label: this.input.label,
      blocks: this.opened?.domains.length ?? 0,
      blocksSettled: nextBlock,
      cellsSettled: totals.cellsComputed + totals.cellsReused,
      activities: [...this.active],
      paused,
      failures,
    };
  }
}
