/** The generate stage: every prompt's calls as text. */

import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { formatCalls } from '../contract/call-text.ts';
import type { Prediction } from '../contract/dialogue.ts';
import { createRandom, deriveSeed, type Random } from '../contract/random.ts';
import type { CandidateSet } from './candidates.ts';
import { readPrompts } from './data-files.ts';
import { encodePrompt } from './encode.ts';
import { interrupted } from './failure.ts';
import { Fitting } from './fit.ts';
import { writeFileDurably } from './folders.ts';
import type { StageJob } from './job.ts';
import type { Model } from './model.ts';
import { ProgressMeter } from './progress-meter.ts';
import { scoreCandidates } from './score.ts';
import type { Stage } from './stage.ts';
import { type Guide, walkCalls } from './walk.ts';
import { readWeights } from './weights.ts';

export async function generate(job: StageJob<'generate'>, stage: Stage): Promise<void> {
  const { model } = readWeights(job.weights, job.hyperparameters.tableBits);
  const files = job.prompts.map(({ name, file }) => ({ name, prompts: readPrompts(file) }));
  const draws = numberDraws(job.decoding.draws);
  const steps = draws.length * files.reduce((sum, file) => sum + file.prompts.length, 0);
  const meter = new ProgressMeter(stage.events, 0);
  const done = { step: 0, tokens: 0 };
  mkdirSync(join(stage.folder, 'predictions'), { recursive: true });
  for (const [at, { name, prompts }] of files.entries()) {
    const fitting = new Fitting(stage.tools, job.hyperparameters);
    const fitted = prompts.map((prompt) => fitting.fitPrompt(prompt));
    stage.events.append(fitting.report(name));
    const lines: string[] = [];
    for (const { prompt, rendered } of fitted) {
      const encoded = encodePrompt(rendered, model.symbols);
      for (const draw of draws) {
        const guide = new PredictingGuide(model, job, { id: prompt.id, ...draw });
        const text = formatCalls(walkCalls(model, encoded, guide));
        const prediction: Prediction = { id: prompt.id, ...draw, text };
        lines.push(`${JSON.stringify(prediction)}\n`);
        done.step++;
        done.tokens += rendered.tokens + guide.decisions;
        meter.report(done, steps, done.step === steps);
        // Lets SIGTERM and the end of standard input be noticed.
        await setImmediate();
        if (stage.stop.requested)
          throw interrupted(`told to stop after ${done.step} of ${steps} predictions`);
      }
    }
    const file = join('predictions', `${at}.jsonl`);
    writeFileDurably(join(stage.folder, file), lines.join(''));
    stage.events.append({ type: 'predictions', name, file });
  }
  stage.events.append({ type: 'result', steps: done.step, tokens: done.tokens });
}

/** A single answer has no number. */
function numberDraws(draws: number | undefined): { draw?: number }[] {
  return draws === undefined ? [{}] : Array.from({ length: draws }, (_, draw) => ({ draw }));
}

/** The most probable outcome, or one drawn; each answer has its own random stream, so that their order is free. */
class PredictingGuide implements Guide {
  decisions = 0;
  private readonly model: Model;
  private readonly temperature: number;
  private readonly limit: number;
  private readonly random: Random;

  constructor(model: Model, job: StageJob<'generate'>, answer: { id: string; draw?: number }) {
    this.model = model;
    this.temperature = job.decoding.temperature;
    this.limit = job.hyperparameters.maxTargetTokens;
    const { id, draw } = answer;
    const names = draw === undefined ? [id] : [id, draw];
    this.random = createRandom(deriveSeed(job.decoding.seed, ...names));
  }

  choose(candidates: CandidateSet): number {
    this.decisions++;
    if (this.decisions > this.limit && candidates.closing >= 0) return candidates.closing;
    scoreCandidates(candidates, this.model.parameters.weights);
    const masses = sumByOutcome(candidates);
    return this.temperature === 0 ? mostProbable(masses) : this.draw(masses);
  }

  private draw(masses: ReadonlyMap<number, number>): number {
    const tempered = [...masses].map(([outcome, mass]) => {
      return { outcome, mass: mass ** (1 / this.temperature) };
    });
    let left = this.random.next() * tempered.reduce((sum, { mass }) => sum + mass, 0);
    for (const { outcome, mass } of tempered) {
      left -= mass;
      if (left < 0) return outcome;
    }
    return mostProbable(masses);
  }
}

/** In the order of the candidates. */
function sumByOutcome(candidates: CandidateSet): Map<number, number> {
  const masses = new Map<number, number>();
  for (let candidate = 0; candidate < candidates.count; candidate++) {
    const outcome = candidates.outcomes[candidate] as number;
    const mass = candidates.probabilities[candidate] as number;
    masses.set(outcome, (masses.get(outcome) ?? 0) + mass);
  }
  return masses;
}

/** The first of equals. */
function mostProbable(masses: ReadonlyMap<number, number>): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [outcome, mass] of masses) {
    if (mass > highest) {
      best = outcome;
      highest = mass;
    }
  }
  return best;
}
