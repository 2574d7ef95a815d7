import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import {
  lineageLabel,
  lineageWorkflowId,
  SEARCH_ATTRIBUTES,
  type SweepInput,
} from '../contract/workflows.ts';
import { lineage, type pauseSignal, type resumeSignal } from './lineage.ts';

const { ALLOW_DUPLICATE, TERMINATE_IF_RUNNING } = WorkflowIdReusePolicy;
const { KEYWORD, INT } = SearchAttributeType;
const searchKeys = {
  sweep: defineSearchAttributeKey(SEARCH_ATTRIBUTES.sweep, KEYWORD),
  condition: defineSearchAttributeKey(SEARCH_ATTRIBUTES.condition, KEYWORD),
  seed: defineSearchAttributeKey(SEARCH_ATTRIBUTES.seed, INT),
};

/** A sweep's children by their index: started so that they outlive each of its runs, spoken to by their workflow ids. */
export class Lineages {
  private readonly input: SweepInput;
  private told: Promise<unknown> = Promise.resolve();

  constructor(input: SweepInput) {
    this.input = input;
  }

  idOf(index: number): string {
    return lineageWorkflowId(this.input.sweep, lineageLabel(this.input, index));
  }

  /**
   * `start` is the number of this start. False: one of an earlier execution of this sweep still runs. Not to be cancelled:
   * a start that was interrupted would leave a lineage of which nobody knows whether it lives.
   */
  start(index: number, start: number): Promise<boolean> {
    return CancellationScope.nonCancellable(() => this.startOrFind(index, start));
  }

  private async startOrFind(index: number, start: number): Promise<boolean> {
    const { sweep, store, plan, conditions, seeds, budget } = this.input;
    const label = lineageLabel(this.input, index);
    try {
      await startChild(lineage, {
        workflowId: this.idOf(index),
        args: [{ sweep, store, plan, lineage: index, label, start, ...(budget && { budget }) }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        // An earlier start that has told its end may not have closed yet: all that it would still do is return.
        workflowIdReusePolicy: start > 1 ? TERMINATE_IF_RUNNING : ALLOW_DUPLICATE,
        staticSummary: label,
        typedSearchAttributes: [
          { key: searchKeys.sweep, value: sweep },
          { key: searchKeys.condition, value: conditions[index % conditions.length] ?? '' },
          { key: searchKeys.seed, value: seeds[Math.floor(index / conditions.length)] ?? 0 },
        ],
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** One after another, so that a resume never overtakes the pause before it. What has ended hears nothing. */
  tell(indices: number[], signal: typeof pauseSignal | typeof resumeSignal): void {
    this.told = this.told.then(() =>
      Promise.allSettled(indices.map((index) => this.handleOf(index).signal(signal))),
    );
  }

  /** Resolves when everything that was told has arrived. */
  async allTold(): Promise<void> {
    for (let told; told !== this.told; ) {
      told = this.told;
      await told;
    }
  }

  async cancel(indices: number[]): Promise<void> {
    await Promise.allSettled(indices.map((index) => this.handleOf(index).cancel()));
  }

  private handleOf(index: number): ReturnType<typeof getExternalWorkflowHandle> {
    return getExternalWorkflowHandle(this.idOf(index));
  }
}
