/** An example made ready for learning, and learning from it. */

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

/** Encoded prompts are large: of a small block all are kept from epoch to epoch, of a large one the first. */
const MOST_KEPT = 2000;

/** Lessons by their place in the data, prepared when they are first needed. */
export class Lessons {
  private readonly examples: readonly FittedExample[];
  private readonly model: Model;
  private readonly kept = new Map<number, Lesson>();

  constructor(examples: readonly FittedExample[], model: Model) {
    this.examples = examples;
    this.model = model;
  }

  at(place: number): Lesson {
    const kept = this.kept.get(place);
    if (kept) return kept;
    const example = this.examples[place];
    if (!example) throw new RangeError(`no example ${place}`);
    const lesson = prepareLesson(example, this.model);
    if (place < MOST_KEPT) this.kept.set(place, lesson);
    return lesson;
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
