/** The steps of one block: which examples each learns from, and learning from one. */

import { createRandom, deriveSeed } from '../contract/random.ts';
import type { CandidateSet } from './candidates.ts';
import { type EncodedPrompt, encodePrompt } from './encode.ts';
import type { FittedExample } from './fit.ts';
import type { Model } from './model.ts';
import { learnOutcome, NEGLIGIBLE } from './score.ts';
import { type Guide, walkCalls } from './walk.ts';

export interface Lesson {
  prompt: EncodedPrompt;
  /** Outcomes, as the model's symbols. */
  script: number[];
  tokens: number;
}

export function prepareLesson(fitted: FittedExample, model: Model): Lesson {
  return {
    prompt: encodePrompt(fitted.rendered, model.symbols),
    script: fitted.script.map((outcome) => model.symbols.intern(outcome)),
    tokens: fitted.rendered.tokens + fitted.script.length,
  };
}

/** Splits every epoch's order into steps; the last step of an epoch may be short. */
export class Schedule {
  readonly steps: number;
  private readonly examples: number;
  private readonly batchSize: number;
  private readonly seed: number;
  private order: { epoch: number; examples: number[] } | undefined;

  constructor(examples: number, epochs: number, batchSize: number, seed: number) {
    this.examples = examples;
    this.batchSize = batchSize;
    this.seed = seed;
    this.steps = epochs * Math.ceil(examples / batchSize);
  }

  /** The examples of a step, counted from 0. */
  batch(step: number): number[] {
    const perEpoch = Math.ceil(this.examples / this.batchSize);
    const from = (step % perEpoch) * this.batchSize;
    return this.orderOf(Math.floor(step / perEpoch)).slice(from, from + this.batchSize);
  }

  /** A random stream an epoch: going on from a checkpoint needs nothing but the step. */
  private orderOf(epoch: number): number[] {
    if (this.order?.epoch !== epoch) {
      const random = createRandom(deriveSeed(this.seed, 'epoch', epoch));
      const examples = random.shuffle(Array.from({ length: this.examples }, (_, at) => at));
      this.order = { epoch, examples };
    }
    return this.order.examples;
  }
}

/** Adds the gradient of one example and returns its loss in nats; slopes below `negligible` are left out. */
export function learnLesson(lesson: Lesson, model: Model, negligible = NEGLIGIBLE): number {
  const guide = new ScriptGuide(lesson.script, model, negligible);
  walkCalls(model, lesson.prompt, guide);
  return guide.loss;
}

class ScriptGuide implements Guide {
  loss = 0;
  private at = 0;
  private readonly script: readonly number[];
  private readonly model: Model;
  private readonly negligible: number;

  constructor(script: readonly number[], model: Model, negligible: number) {
    this.script = script;
    this.model = model;
    this.negligible = negligible;
  }

  choose(candidates: CandidateSet): number {
    const outcome = this.script[this.at++];
    if (outcome === undefined) throw new RangeError('the script ends before the walk');
    this.loss += learnOutcome(candidates, outcome, this.model.parameters, this.negligible);
    return outcome;
  }
}
