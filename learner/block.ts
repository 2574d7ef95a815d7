/** The steps of one block: which examples each learns from, and learning from one. */

import { createRandom, deriveSeed } from '../contract/random.ts';
import type { CandidateSet } from './candidates.ts';
import { type EncodedPrompt, encodePrompt } from './encode.ts';
import type { FittedExample } from './fit.ts';
import { addTo, leavesOf } from './lexicon.ts';
import type { Model } from './model.ts';
import { learnOutcome } from './score.ts';
import { unlistedIn } from './script.ts';
import { isWordy, tokenize } from './tokens.ts';
import { type Guide, walkCalls } from './walk.ts';
import type { Example, Json, PropertySchema, ToolTable } from '../contract/dialogue.ts';

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

/** Adds the gradient of one example and returns its loss in nats. */
export function learnLesson(lesson: Lesson, model: Model): number {
  const guide = new ScriptGuide(lesson.script, model);
  walkCalls(model, lesson.prompt, guide);
  return guide.loss;
}

class ScriptGuide implements Guide {
  loss = 0;
  private at = 0;
  private readonly script: readonly number[];
  private readonly model: Model;

  constructor(script: readonly number[], model: Model) {
    this.script = script;
    this.model = model;
  }

  choose(candidates: CandidateSet): number {
    const outcome = this.script[this.at++];
    if (outcome === undefined) throw new RangeError('the script ends before the walk');
    this.loss += learnOutcome(candidates, outcome, this.model.parameters);
    return outcome;
  }
}

/**
 * Learns the words of a block's targets before its first step: signs, and words that do not stand in their prompt. Words
 * that do are to be copied and not learned by heart.
 */
export function growLexicon(
  model: Model,
  lessons: readonly FittedExample[],
  tools: ToolTable,
): void {
  for (const { prompt, rendered } of lessons) {
    const standing = new Set(rendered.segments.flatMap((segment) => tokenize(segment.text)));
    for (const call of (prompt as Example).target) {
      const listed = tools[call.name]?.function.parameters.properties ?? {};
      growUnlisted(model, call.name, call.arguments, listed);
      for (const leaf of Object.entries(call.arguments).flatMap(([name, value]) =>
        leavesOf(name, value),
      )) {
        for (const token of tokenize(leaf.text)) {
          if (!standing.has(token) || !isWordy(token))
            addTo(model.lexicon.tokens, leaf.name, token);
        }
      }
    }
  }
}

function growUnlisted(
  model: Model,
  owner: string,
  given: Record<string, Json>,
  listed: Record<string, PropertySchema>,
): void {
  for (const name of unlistedIn(given, listed)) addTo(model.lexicon.unlisted, owner, name);
  for (const [name, value] of Object.entries(given))
    growNested(model, name, value, listed[name] ?? {});
}

function growNested(model: Model, name: string, value: Json, schema: PropertySchema): void {
  if (Array.isArray(value)) {
    for (const item of value) growNested(model, name, item, schema.items ?? {});
  } else if (typeof value === 'object' && value !== null) {
    growUnlisted(model, name, value, schema.properties ?? {});
  }
}
