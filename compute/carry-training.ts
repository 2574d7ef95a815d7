import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CausedError } from '../contract/causes.ts';
import { LEASE, LEASE_RENEWAL } from '../contract/timeouts.ts';
import type { TrainerEvent } from '../contract/trainer-events.ts';
import type { TrainJob } from '../contract/trainer-job.ts';
import { type Attempt, type Ending, recordOutcome, recordStart } from '../store/attempts.ts';
import type { Block } from '../store/blocks.ts';
import { logPath } from '../store/layout.ts';
import { keepLease, superseded } from '../store/leases.ts';
import { putPartial, restoreNewestPartial } from '../store/partials.ts';
import type { BlockManifest } from '../store/records.ts';
import { waitForClaim } from './claim.ts';
import {
  type ComputeHooks,
  FETCHING,
  noSteps,
  type TrainResult,
  type TrainWork,
} from './compute.ts';
import { keepWarnings } from './keep-warnings.ts';
import { UnseenEnd, wellFormed } from './trainer-end.ts';
import type { Place } from './place.ts';
import type { RunTrainer } from './trainer-process.ts';
import { makeTrainingJob, RESUME } from './training-job.ts';
import { listPlainFiles, putWeights } from './weights.ts';

/**
 * Carries one block between store and trainer: claims an attempt, brings in parent, data and the newest checkpoint, stores
 * each new checkpoint as it appears and acknowledges it, and leaves the result in the attempt's outcome. The trainer
 * never sees the store. Waiting for another's claim takes none of the place's slots.
 */
export async function carryTraining(
  work: TrainWork,
  hooks: ComputeHooks,
  place: Place,
): Promise<TrainResult> {
  const claimed = await waitForClaim(work, hooks);
  if ('result' in claimed) return claimed.result;
  hooks.onProgress(noSteps('queued'));
  hooks.onAttempt?.(claimed.attempt.number);
  const folder = await place.makeFolder();
  try {
    return await new Carrier(work, hooks, claimed.attempt, folder).run(place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Carrier {
  private readonly work: TrainWork;
  private readonly hooks: ComputeHooks;
  private readonly attempt: Attempt;
  private readonly folder: string;
  private step = 0;
  private result: { steps: number; tokens: number } | undefined;
  private started = performance.now();
  private readonly keepWarning: (event: TrainerEvent) => void;

  constructor(work: TrainWork, hooks: ComputeHooks, attempt: Attempt, folder: string) {
    this.work = work;
    this.hooks = hooks;
    this.attempt = attempt;
    this.folder = folder;
    this.keepWarning = keepWarnings(hooks.onWarnings);
  }

  /**
   * Every way out writes the attempt's outcome, which releases the claim; but for one: where the trainer ended beyond our
   * sight, whoever can see why writes it.
   */
  async run({ takeTurn, cache }: Place): Promise<TrainResult> {
    const { store, trainer } = this.work;
    const lease = keepLease(store, this.attempt, {
      renewal: LEASE_RENEWAL,
      lease: LEASE,
      step: () => this.step,
    });
    let ending: Ending | undefined;
    let failure: unknown;
    try {
      const signal = AbortSignal.any([this.hooks.signal, lease.lost]);
      const onWait = (message: string): void => this.hooks.onProgress(noSteps('queued', message));
      ending = await takeTurn({ trainer, signal, onWait }, (run) =>
        this.train(run, cache, lease.lost),
      );
    } catch (error) {
      failure = lease.lost.aborted ? lease.lost.reason : error;
      ending = this.endingOf(error, lease.lost);
    }
    await lease.stop();
    const recorded = ending && (await recordOutcome(store, this.attempt, ending));
    await this.storeLog().catch(() => undefined); // Good to have; never worth a finished training.
    if (failure !== undefined) throw failure;
    if (!recorded) throw superseded();
    const computeSeconds = this.seconds();
    return { attempt: this.attempt.number, computeSeconds };
  }

  private async train(run: RunTrainer, cache: string, lost: AbortSignal): Promise<Ending> {
    this.hooks.signal.throwIfAborted(); // It may have waited for its slot.
    this.started = performance.now();
    this.hooks.onProgress(noSteps('starting', FETCHING));
    const signal = AbortSignal.any([this.hooks.signal, lost]);
    const { job, parent } = await this.makeJob(cache, signal);
    this.hooks.onProgress({ ...noSteps('train'), step: this.step });
    const end = await run({
      trainer: this.work.trainer,
      folder: this.folder,
      job,
      signal,
      onEvent: (event) => this.follow(event),
    });
    lost.throwIfAborted();
    if (end === 'interrupted') signal.throwIfAborted();
    return this.finish(parent);
  }

  private async makeJob(
    cache: string,
    signal: AbortSignal,
  ): Promise<{ job: TrainJob; parent: Block | null }> {
    const { store, trainer } = this.work;
    const restored = await restoreNewestPartial(store, this.attempt, join(this.folder, RESUME));
    await recordStart(store, this.attempt, { ...restored, base: trainer.base?.digest });
    this.step = restored.resumedFrom?.step ?? 0;
    const resume = restored.resumedFrom ? RESUME : null;
    return makeTrainingJob(this.work, this.folder, { resume, cache, signal });
  }

  private async follow(event: TrainerEvent): Promise<void> {
    switch (event.type) {
      case 'progress':
        this.step = Math.max(this.step, event.step); // While it loads, it tells of step 0.
        this.hooks.onProgress({ ...event, stage: 'train' });
        break;
      case 'checkpoint':
        await this.storeCheckpoint(event.step);
        break;
      case 'result':
        this.result = event;
        break;
      case 'count':
        await this.hooks.onCount(event);
        break;
      case 'warning':
        this.keepWarning(event);
        break;
      case 'predictions':
        break;
    }
  }

  /** Removing the folder tells the trainer that its checkpoint is safe. */
  private async storeCheckpoint(step: number): Promise<void> {
    const folder = join(this.folder, 'checkpoints', String(step));
    this.step = Math.max(this.step, step);
    await listPlainFiles(folder);
    const since = performance.now();
    if (!(await putPartial(this.work.store, this.attempt, step, folder))) throw superseded();
    this.judgeUpload((performance.now() - since) / 1000);
    await rm(folder, { recursive: true, force: true });
  }

  /** Before it matters: what a stop saves has to be stored in that time. */
  private judgeUpload(seconds: number): void {
    const { upload = Infinity } = this.work.grace;
    if (seconds <= upload) return;
    const message = `storing a checkpoint took longer than compute.gracePeriod.upload (${upload} s): at a stop, what was trained since the last one would be lost`;
    this.keepWarning({ type: 'warning', message });
  }

  private async finish(parent: Block | null): Promise<Ending> {
    if (!this.result) throw new CausedError('trainer-bug', 'the trainer ended without a result');
    const { store, key, identity } = this.work;
    const files = await putWeights(store, join(this.folder, 'weights'), this.attempt.round > 0);
    const manifest: BlockManifest = {
      format: 1,
      key,
      parent: parent && { key: parent.manifest.key, manifest: parent.sha256 },
      trainer: identity,
      steps: this.result.steps,
      tokens: this.result.tokens,
      files,
    };
    return { result: 'done', step: this.result.steps, manifest, computeSeconds: this.seconds() };
  }

  private endingOf(error: unknown, lost: AbortSignal): Ending | undefined {
    const { step } = this;
    if (lost.aborted) return { result: 'interrupted', step, reason: describe(lost.reason) };
    if (this.hooks.signal.aborted) return { result: 'interrupted', step, reason: 'stopped' };
    if (error instanceof UnseenEnd) return undefined;
    const cause = error instanceof CausedError ? error.causeName : 'internal';
    return { result: 'failed', step, cause, message: describe(error) };
  }

  private async storeLog(): Promise<void> {
    const log = await readFile(join(this.folder, 'trainer.log')).catch(() => undefined);
    const { key, number } = this.attempt;
    if (log?.length) await this.work.store.replace(logPath(key, number), log);
  }

  private seconds(): number {
    return (performance.now() - this.started) / 1000;
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return wellFormed(message.slice(0, 2000));
}
