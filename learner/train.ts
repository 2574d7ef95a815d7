/** The train stage: one block, step by step, with checkpoints that lose nothing. */

import { readFileSync } from 'node:fs';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { digestOf } from '../contract/digest.ts';
import { MOST_CHECKPOINTS_WAITING } from '../contract/trainer.ts';
import {
  countStanding,
  readCheckpoint,
  type TrainingProgress,
  writeCheckpoint,
} from './checkpoint.ts';
import { readExamples } from './data-files.ts';
import { interrupted, wrongConfiguration } from './failure.ts';
import { type FittedExample, Fitting } from './fit.ts';
import { sha256 } from './folders.ts';
import { growLexicon } from './grow-lexicon.ts';
import type { StageJob } from './job.ts';
import { learnLesson, Lessons } from './lesson.ts';
import type { Model } from './model.ts';
import { ProgressMeter } from './progress-meter.ts';
import { Schedule } from './schedule.ts';
import type { Stage } from './stage.ts';
import { readWeights, writeWeights } from './weights.ts';

const ACKNOWLEDGEMENT_POLL_MS = 10;

export async function train(job: StageJob<'train'>, stage: Stage): Promise<void> {
  const { epochs, batchSize } = job.hyperparameters;
  const examples = fitExamples(job, stage);
  const { model, progress } = openModel(job, stage, examples);
  const schedule = new Schedule(examples.length, epochs, batchSize, job.seeds.order);
  const run = new TrainingRun(job, stage, model, progress, schedule);
  await run.run(new Lessons(examples, model));
}

function fitExamples(job: StageJob<'train'>, stage: Stage): FittedExample[] {
  const fitting = new Fitting(stage.tools, job.hyperparameters);
  const fitted = readExamples(job.data).flatMap((example) => fitting.fitExample(example) ?? []);
  stage.events.append(fitting.report('train'));
  if (fitted.length === 0) {
    throw wrongConfiguration(
      `${job.data} has no example that fits the limits: there is nothing to learn from`,
    );
  }
  return fitted;
}

/** From a checkpoint, else from the parent with the block's words in its lexicon. */
function openModel(
  job: StageJob<'train'>,
  stage: Stage,
  examples: readonly FittedExample[],
): { model: Model; progress: TrainingProgress } {
  const { tableBits } = job.hyperparameters;
  const { model, manifest } = readWeights(job.parent, tableBits);
  const identity = identifyJob(job, manifest);
  if (job.resume !== null) return readCheckpoint(job.resume, tableBits, identity);
  growLexicon(model, examples, stage.tools);
  return { model, progress: { job: identity, step: 0, tokens: 0 } };
}

/** A digest of what decides the result of the block. */
function identifyJob(job: StageJob<'train'>, parent: unknown): string {
  const { hyperparameters, seeds } = job;
  const [data, tools] = [job.data, job.tools].map((file) => sha256(readFileSync(file)));
  return digestOf({ hyperparameters, seeds, parent, data, tools });
}

class TrainingRun {
  private readonly job: StageJob<'train'>;
  private readonly stage: Stage;
  private readonly model: Model;
  private readonly progress: TrainingProgress;
  private readonly schedule: Schedule;
  private readonly meter: ProgressMeter;
  /** The step of the latest checkpoint, written or resumed from. */
  private kept: number;

  constructor(
    job: StageJob<'train'>,
    stage: Stage,
    model: Model,
    progress: TrainingProgress,
    schedule: Schedule,
  ) {
    this.job = job;
    this.stage = stage;
    this.model = model;
    this.progress = progress;
    this.schedule = schedule;
    this.kept = progress.step;
    this.meter = new ProgressMeter(stage.events, progress.tokens);
  }

  async run(lessons: Lessons): Promise<void> {
    const { progress, schedule, stage } = this;
    while (progress.step < schedule.steps) {
      this.takeStep(lessons);
      const isDue =
        progress.step % this.job.checkpointEvery === 0 && progress.step < schedule.steps;
      if (isDue) await this.keep();
      this.meter.report(progress, schedule.steps, isDue || progress.step === schedule.steps);
      // Lets SIGTERM and the end of standard input be noticed.
      await setImmediate();
      if (stage.stop.requested) this.stopHere();
    }
    writeWeights(stage.folder, this.model);
    stage.events.append({ type: 'result', steps: progress.step, tokens: progress.tokens });
  }

  private takeStep(lessons: Lessons): void {
    const { hyperparameters } = this.job;
    for (const place of this.schedule.batch(this.progress.step)) {
      const lesson = lessons.at(place);
      this.meter.add(learnLesson(lesson, this.model));
      this.progress.tokens += lesson.tokens;
    }
    this.model.parameters.step(hyperparameters.learningRate, hyperparameters.l2);
    this.progress.step++;
  }

  /** Waits for the carrier first, so that the disk stays bounded. */
  private async keep(): Promise<void> {
    const { folder, stop } = this.stage;
    while (countStanding(folder) >= MOST_CHECKPOINTS_WAITING && !stop.requested) {
      await delay(ACKNOWLEDGEMENT_POLL_MS);
    }
    this.keepNow();
  }

  private keepNow(): void {
    writeCheckpoint(this.stage.folder, this.model, this.progress);
    this.kept = this.progress.step;
    this.stage.events.append({ type: 'checkpoint', step: this.kept });
  }

  private stopHere(): never {
    if (this.kept !== this.progress.step) this.keepNow();
    throw interrupted(`told to stop after step ${this.progress.step} of ${this.schedule.steps}`);
  }
}
