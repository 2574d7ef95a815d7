/** What becomes of an example under the limits: the same for counting, training and generating. */

import type { Example, Prompt, ToolTable } from '../contract/dialogue.ts';
import type { LearnerHyperparameters } from '../contract/learner-hyperparameters.ts';
import type { CountEvent, ExampleSize } from '../contract/trainer-events.ts';
import { type RenderedPrompt, renderPrompt } from './prompt.ts';
import { writeScript } from './script.ts';

export type Limits = Pick<LearnerHyperparameters, 'maxPromptTokens' | 'maxTargetTokens'>;

/** A prompt to predict, whatever its length. */
export interface FittedPrompt {
  prompt: Prompt;
  rendered: RenderedPrompt;
}

/** An example to learn from: its last turn and its target are whole. */
export interface FittedExample extends FittedPrompt {
  prompt: Example;
  script: string[];
}

/** Fits data into the limits and keeps count of what was cut and dropped. */
export class Fitting {
  /** Of each example and prompt, in order. */
  readonly sizes: ExampleSize[] = [];
  private readonly tools: ToolTable;
  private readonly limits: Limits;
  private readonly counts: Omit<CountEvent, 'type' | 'name'> = {
    examples: 0,
    tokens: 0,
    targetTokens: 0,
    truncatedExamples: 0,
    truncatedTurns: 0,
    droppedExamples: 0,
  };

  constructor(tools: ToolTable, limits: Limits) {
    this.tools = tools;
    this.limits = limits;
  }

  fitPrompt(prompt: Prompt): FittedPrompt {
    const rendered = renderPrompt(prompt, this.tools, this.limits.maxPromptTokens);
    this.countRendered(rendered, 0);
    return { prompt, rendered };
  }

  /**
   * Undefined when the example is dropped: it has nothing to predict, calls a tool that its prompt does not list, or is
   * too long for its last turn or its target to be whole.
   */
  fitExample(example: Example): FittedExample | undefined {
    const rendered = renderPrompt(example, this.tools, this.limits.maxPromptTokens);
    const script = writeScript(example.target, this.tools);
    const isWhole = rendered.fits && script.length <= this.limits.maxTargetTokens;
    const isListed = example.target.every((call) => example.tools.includes(call.name));
    if (!isWhole || !isListed || script.length === 0) {
      this.counts.examples++;
      this.counts.droppedExamples++;
      this.sizes.push({ tokens: 0, targetTokens: 0, turnsLost: rendered.turnsLost, dropped: true });
      return undefined;
    }
    this.countRendered(rendered, script.length);
    return { prompt: example, rendered, script };
  }

  /** Of all that was fitted so far. */
  report(name: string): CountEvent {
    return { type: 'count', name, ...this.counts };
  }

  private countRendered(rendered: RenderedPrompt, targetTokens: number): void {
    const { turnsLost } = rendered;
    const tokens = rendered.tokens + targetTokens;
    this.sizes.push({ tokens, targetTokens, turnsLost, dropped: false });
    this.counts.examples++;
    this.counts.tokens += tokens;
    this.counts.targetTokens += targetTokens;
    this.counts.truncatedTurns += turnsLost;
    if (turnsLost > 0 || !rendered.fits) this.counts.truncatedExamples++;
  }
}
