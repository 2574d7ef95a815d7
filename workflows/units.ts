import { isCancellation, patched } from '@temporalio/workflow';
import type {
  EvaluatedCheckpoint,
  PlacedUnit,
  TrainedBlock,
  Unit,
  UnitActivities,
} from '../contract/activities.ts';
import type { LineageInput, LineageState } from '../contract/workflows.ts';
import type { Pausable } from './pausable.ts';
import { isHopeless, learnPlacement, withMemory } from './placement.ts';
import {
  abandonActivity,
  computeActivities,
  controlActivities,
  type StageFailure,
  withBudgets,
} from './stages.ts';

/** Undefined: the sweep's budget was used up between two tries. */
type Computed<T> = T | StageFailure | undefined;

/** Tries a lineage's units of compute: where it learned to, when it is not paused, as long as the budget lasts. */
export class Units {
  /** The budget is used up: nothing further begins. */
  stopped = false;
  private readonly input: LineageInput;
  private readonly state: LineageState;
  private readonly work: Pausable;

  constructor(input: LineageInput, state: LineageState, work: Pausable) {
    this.input = input;
    this.state = state;
    this.work = work;
  }

  train(name: string, unit: Unit): Promise<Computed<TrainedBlock>> {
    return this.compute('train', name, unit, ({ train }, placed) => train(placed));
  }

  evaluate(name: string, unit: Unit): Promise<Computed<EvaluatedCheckpoint>> {
    return this.compute('evaluate', name, unit, ({ evaluate }, placed) => evaluate(placed));
  }

  /** Tries before this run of the lineage needed so much. */
  needMemory(growths: number): void {
    const placement = withMemory(this.state.placement, growths);
    if (placement) this.state.placement = placement;
  }

  /** Asked before anything begins. Where nobody can tell, the work itself will meet whatever is wrong. */
  async isSpent(): Promise<boolean> {
    const { budget, store, sweep, label } = this.input;
    if (!budget || this.stopped) return this.stopped;
    try {
      this.stopped = await controlActivities(`${label} budget`).isSpent({ store, sweep, budget });
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
    return this.stopped;
  }

  private compute<T>(
    stage: keyof UnitActivities,
    name: string,
    unit: Unit,
    act: (activities: UnitActivities, placed: PlacedUnit) => Promise<T>,
  ): Promise<Computed<T>> {
    const place = (): PlacedUnit => {
      const { placement } = this.state;
      return placement ? { ...unit, placement } : unit;
    };
    return withBudgets({
      run: (spent, onHeld) =>
        this.work.runPausable(
          `${stage} ${name}`,
          () => act(computeActivities(name), { ...place(), ...spent }),
          onHeld,
        ),
      learn: (failure) => this.learn(failure),
      isSpent: async () =>
        this.input.budget !== undefined && patched('budget-between-tries') && this.isSpent(),
      abandon: () => abandonActivity(name)({ ...place(), stage }),
    });
  }

  private learn(failure: StageFailure): boolean {
    const { placement } = this.state;
    if (isHopeless(placement, failure) && patched('most-memory')) return false;
    const learned = learnPlacement(placement, failure);
    if (learned) this.state.placement = learned;
    return true;
  }
}
