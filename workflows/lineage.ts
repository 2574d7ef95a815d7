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
import type { OpenedBlock, OpenedCheckpoint, OpenedLineage, Unit } from '../contract/activities.ts';
import {
  addTotals,
  type BlockFailure,
  FAILURES_KEPT,
  type LineageEnded,
  type LineageInput,
  type LineageProgress,
  type LineageState,
  type LineageTotals,
  NO_TOTALS,
  QUERIES,
  SIGNALS,
} from '../contract/workflows.ts';
import { Pausable } from './pausable.ts';
import { controlActivities, describeFailure, isFailure, type StageFailure } from './stages.ts';
import { Units } from './units.ts';

export const pauseSignal = defineSignal(SIGNALS.pause);
export const resumeSignal = defineSignal(SIGNALS.resume);
const progressQuery = defineQuery<LineageProgress>(QUERIES.progress);

/**
 * All blocks of one condition and seed, depth first, one training at a time. A block's evaluation runs beside the next
 * block's training, at most one behind. Tells its sweep how it ended.
 */
export async function lineage(input: LineageInput): Promise<LineageEnded> {
  const walk = new LineageWalk(input);
  let status: LineageEnded['status'] = 'cancelled';
  try {
    await walk.run();
    status = walk.howItEnded();
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
  const { totals, failures } = walk.state;
  const { lineage: index, start } = input;
  const ended = { lineage: index, start, status, totals: { ...totals, lineages: 1 }, failures };
  await CancellationScope.nonCancellable(() =>
    getExternalWorkflowHandle(input.sweep).signal(SIGNALS.lineageEnded, ended),
  ).catch(() => undefined); // The sweep may be gone; its successor reconciles.
  return ended;
}

class LineageWalk {
  readonly state: LineageState;
  private readonly input: LineageInput;
  private readonly work: Pausable;
  private readonly units: Units;
  /** The first block of the stretch that is open, and the stretch. */
  private readonly from: number;
  private opened: OpenedLineage | undefined;
  private evaluation: Promise<void> = Promise.resolve();

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
    this.from = this.state.nextBlock;
    this.work = new Pausable(this.state.paused);
    this.units = new Units(input, this.state, this.work);
    setHandler(pauseSignal, () => this.work.pause());
    setHandler(resumeSignal, () => this.work.resume());
    setHandler(progressQuery, () => this.progress());
  }

  /** Walks one stretch, and continues as new where the lineage is longer. */
  async run(): Promise<void> {
    try {
      const { block: _, ...whole } = this.unit(null);
      const open = controlActivities(`${this.input.label} open`).openLineage;
      this.opened = await open({ ...whole, from: this.from });
      this.units.needMemory(this.opened.memoryGrowths ?? 0);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.fail(null, 'open', describeFailure(error));
      return;
    }
    try {
      await this.walk(this.opened);
    } finally {
      await Promise.allSettled([this.evaluation]);
    }
    if (this.state.nextBlock < this.opened.blocks && !this.units.stopped) await this.continue();
  }

  howItEnded(): LineageEnded['status'] {
    if (this.state.failures.length > 0) return 'failed';
    return this.units.stopped ? 'budget' : 'done';
  }

  private async walk({ base, stretch }: OpenedLineage): Promise<void> {
    if (!this.state.baseEvaluated) this.startEvaluation(null, base);
    for (const opened of stretch) {
      const block = this.state.nextBlock;
      const trained = await this.train(block, opened);
      await this.evaluation;
      if (this.units.stopped) return;
      this.state.baseEvaluated = true;
      if (trained) this.startEvaluation(block, opened);
      this.state.nextBlock++;
      if (workflowInfo().continueAsNewSuggested) break;
    }
    await this.evaluation;
  }

  private async continue(): Promise<void> {
    await condition(allHandlersFinished);
    const state = { ...this.state, paused: this.work.paused };
    await continueAsNew<typeof lineage>({ ...this.input, state });
  }

  private startEvaluation(block: number | null, checkpoint: OpenedCheckpoint): void {
    this.evaluation = this.evaluate(block, checkpoint);
    this.evaluation.catch(() => undefined); // Awaited later: until then a rejection has no handler.
  }

  /** False where the walk has to leave out what follows the block. Of no meaning once the budget is used up. */
  private async train(block: number, { parent, committed }: OpenedBlock): Promise<boolean> {
    // Depth first: lost blocks beyond the parent lie on branches that the walk has left.
    this.state.lost = this.state.lost.filter((lost) => parent !== null && lost <= parent);
    if (committed) {
      this.count({ blocksReused: 1 });
      return true;
    }
    if (parent !== null && this.state.lost.includes(parent)) {
      this.state.lost.push(block);
      return false;
    }
    if (await this.units.isSpent()) return false;
    const failure = await this.trainAndCommit(block);
    if (!failure) return true;
    this.state.lost.push(block);
    this.fail(block, failure.stage, failure);
    return false;
  }

  private async trainAndCommit(
    block: number,
  ): Promise<(StageFailure & Pick<BlockFailure, 'stage'>) | undefined> {
    const name = this.nameOf(block);
    const unit = this.unit(block);
    const prepared = await this.attempt(`prepare ${name}`, () =>
      controlActivities(name).prepare(unit),
    );
    if (isFailure(prepared)) return { ...prepared, stage: 'prepare' };
    const trained = await this.units.train(name, unit);
    if (!trained) return undefined;
    if (isFailure(trained)) return { ...trained, stage: 'train' };
    const { attempt, computeSeconds } = trained;
    const committed = await this.attempt(`checkpoint ${name}`, () =>
      controlActivities(name).checkpoint({ ...unit, attempt }),
    );
    if (isFailure(committed)) return { ...committed, stage: 'checkpoint' };
    this.count({ [attempt === null ? 'blocksReused' : 'blocksTrained']: 1, computeSeconds });
    return undefined;
  }

  private async evaluate(block: number | null, checkpoint: OpenedCheckpoint): Promise<void> {
    if (checkpoint.scored) {
      this.count({ cellsReused: checkpoint.cells });
      return;
    }
    if (await this.units.isSpent()) return;
    const name = this.nameOf(block);
    const unit = this.unit(block);
    if (block === null) {
      const prepared = await this.attempt(`prepare ${name}`, () =>
        controlActivities(name).prepare(unit),
      );
      if (isFailure(prepared)) return this.fail(null, 'prepare', prepared);
    }
    const scored = await this.units.evaluate(name, unit);
    if (!scored) return;
    if (isFailure(scored)) return this.fail(block, 'evaluate', scored);
    const { computed, reused, computeSeconds } = scored;
    this.count({ cellsComputed: computed, cellsReused: reused, computeSeconds });
  }

  /** Runs a control activity, which Temporal retries; what then fails is told, and cancellation passes through. */
  private async attempt(name: string, stage: () => Promise<void>): Promise<StageFailure | void> {
    try {
      await this.work.run(name, stage);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return describeFailure(error);
    }
  }

  private unit(block: number | null): Unit {
    const { store, plan, sweep, lineage: index } = this.input;
    return { store, plan, sweep, lineage: index, block };
  }

  private nameOf(block: number | null): string {
    const domain = block === null ? 'base' : this.opened?.stretch[block - this.from]?.domain;
    return `${this.input.label}/${domain}`;
  }

  private fail(block: number | null, stage: BlockFailure['stage'], failure: StageFailure): void {
    const { cause, message } = failure;
    const { failures } = this.state;
    if (failures.length === FAILURES_KEPT) return;
    failures.push({ block, label: this.nameOf(block), stage, cause, message });
  }

  private count(part: Partial<LineageTotals>): void {
    this.state.totals = addTotals(this.state.totals, { ...NO_TOTALS, ...part });
  }

  private progress(): LineageProgress {
    const { totals, nextBlock, failures } = this.state;
    return {
      label: this.input.label,
      blocks: this.opened?.blocks ?? 0,
      blocksSettled: nextBlock,
      cellsSettled: totals.cellsComputed + totals.cellsReused,
      activities: this.work.activities(),
      paused: this.work.paused,
      failures,
    };
  }
}
