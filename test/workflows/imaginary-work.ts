import { once } from 'node:events';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type {
  BudgetedSweep,
  ComputeActivities,
  ControlActivities,
  EvaluatedCheckpoint,
  OpenedCheckpoint,
  OpenedLineage,
  PlacedUnit,
  SweepToReport,
  TrainedBlock,
  Unit,
  UnitActivities,
} from '../../contract/activities.ts';
import { STRETCH } from '../../contract/activities.ts';
import type { CauseName } from '../../contract/causes.ts';

/** The shape of every lineage: domain and parent of each block. */
export type Shape = [domain: string, parent: number | null][];

const CELLS = 2;

/**
 * Activities that only pretend: nothing is computed, everything is noted. Calls go by names such as `train 0/1` (lineage
 * 0, block 1) and `evaluate 0/base`.
 */
export class ImaginaryWork implements Omit<ControlActivities, 'findRunning'>, ComputeActivities {
  /** `begin <call>` and `end <call>`, in order. */
  readonly log: string[] = [];
  readonly reports: SweepToReport[] = [];
  /** What the store holds: `0/1`, `0/base`. */
  readonly committed = new Set<string>();
  readonly scored = new Set<string>();
  /** Milliseconds that a call takes. */
  duration: (call: string) => number = () => 0;
  computeSeconds = 1;
  message = 'imaginary';
  /** How often memory had to be doubled before, as every opening tells; and with how often doubled memory each training began. */
  memoryGrowths = 0;
  readonly trainedWith: number[] = [];
  private readonly shape: Shape;
  private readonly faults = new Map<string, CauseName[]>();
  private readonly gates = new Map<string, AbortSignal>();
  private readonly deaf = new Set<string>();

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** The call's next attempts fail, one for each cause. */
  fail(call: string, ...causes: CauseName[]): void {
    this.faults.set(call, causes);
  }

  /** The call does not end before it is released, unless it is cancelled. */
  hold(call: string): () => void {
    const gate = new AbortController();
    this.gates.set(call, gate.signal);
    return () => gate.abort();
  }

  /** The same, and its worker is cut off: it does not hear either that it is cancelled, and is given up when it is released. */
  lose(call: string): () => void {
    this.deaf.add(call);
    this.fail(call, 'worker-lost');
    return this.hold(call);
  }

  has(line: string): boolean {
    return this.log.includes(line);
  }

  /** The calls of one kind, in the order in which they began. */
  begun(stage: string): string[] {
    return this.log
      .filter((line) => line.startsWith(`begin ${stage}`))
      .map((line) => line.slice(6));
  }

  async openLineage(of: Omit<Unit, 'block'> & { from: number }): Promise<OpenedLineage> {
    await this.perform(`open ${of.lineage}`);
    const open = (block: number | null): OpenedCheckpoint => ({
      cells: CELLS,
      scored: this.scored.has(`${of.lineage}/${block ?? 'base'}`),
    });
    const stretch = this.shape.slice(of.from, of.from + STRETCH).map(([domain, parent], offset) => {
      const block = of.from + offset;
      const committed = this.committed.has(`${of.lineage}/${block}`);
      return { domain, parent, committed, ...open(block) };
    });
    const { memoryGrowths } = this;
    return { blocks: this.shape.length, base: open(null), memoryGrowths, stretch };
  }

  async prepare(unit: Unit): Promise<void> {
    await this.perform(`prepare ${nameOf(unit)}`);
  }

  async train(unit: PlacedUnit): Promise<TrainedBlock> {
    this.trainedWith.push(unit.placement?.memoryGrowths ?? 0);
    await this.perform(`train ${nameOf(unit)}`);
    return { attempt: 1, computeSeconds: this.computeSeconds };
  }

  async checkpoint(unit: Unit & { attempt: number | null }): Promise<void> {
    await this.perform(`checkpoint ${nameOf(unit)}`);
    this.committed.add(nameOf(unit));
  }

  async evaluate(unit: Unit): Promise<EvaluatedCheckpoint> {
    await this.perform(`evaluate ${nameOf(unit)}`);
    this.scored.add(nameOf(unit));
    return { computed: CELLS, reused: 0, computeSeconds: 0 };
  }

  async abandon(unit: Unit & { stage: keyof UnitActivities }): Promise<void> {
    await this.perform(`abandon ${unit.stage} ${nameOf(unit)}`);
  }

  async isSpent({ budget }: BudgetedSweep): Promise<boolean> {
    return this.begun('train').length * this.computeSeconds >= (budget.computeSeconds ?? Infinity);
  }

  async report(sweep: SweepToReport): Promise<void> {
    await this.perform('report');
    this.reports.push(sweep);
  }

  private async perform(call: string): Promise<void> {
    const context = Context.current();
    this.log.push(`begin ${call}`);
    try {
      const gate = this.gates.get(call);
      const opened = gate && !gate.aborted ? once(gate, 'abort') : undefined;
      await (this.deaf.has(call) ? opened : opened && Promise.race([opened, context.cancelled]));
      const duration = this.duration(call);
      if (duration > 0) await context.sleep(duration);
      const cause = this.faults.get(call)?.shift();
      if (cause) throw ApplicationFailure.nonRetryable(this.message, cause);
    } finally {
      this.log.push(`end ${call}`);
    }
  }
}

function nameOf({ lineage, block }: Unit): string {
  return `${lineage}/${block ?? 'base'}`;
}
