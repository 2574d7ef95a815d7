import { randomUUID } from 'node:crypto';
import type { ComputeProgress } from '../compute/compute.ts';
import type { WorkStage } from '../contract/activities.ts';
import { addProgress, type Telemetry } from '../contract/telemetry.ts';
import { TRY_SEEN_EVERY } from '../contract/timeouts.ts';
import type { TrainerWarning } from '../contract/trainer-warnings.ts';
import type { PodState } from '../k8s/pod-state.ts';
import type { PodSighting } from '../k8s/pod-times.ts';
import type { Store } from '../store/store.ts';
import { readTry, removeTry, type Try, type TryEnd, writeTry } from '../store/tries.ts';
import { NOBODY, type Traffic, type TryObserver } from './try-observer.ts';

/** What is known of a try before it begins. */
export type TriedWork = Pick<
  Try,
  'key' | 'stage' | 'unit' | 'condition' | 'seed' | 'block' | 'gpus' | 'memory' | 'avoidNodes'
>;

/** What it looks like now; times that are not given are told by this process's clock. */
interface Sighting {
  name: string;
  pod: string | null;
  node: string | null;
  image?: string | null;
  state: Exclude<Try['state'], 'ended'>;
  message: string | null;
  queuedAt?: string | null;
  startingAt?: string | null;
  runningAt?: string | null;
}

/**
 * Keeps the account of one try while it is followed: when it waited, started and ran. What it writes is worth no training:
 * a store that cannot be reached meanwhile is no failure.
 */
export class TryMeter {
  private readonly store: Store;
  private readonly work: TriedWork;
  private readonly observer: TryObserver;
  /** Of a try on this machine; a pod has its own. */
  private readonly name: string = randomUUID();
  private one: Try | undefined;
  private endedAt: string | null = null;
  private written = NOTHING_WRITTEN;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(store: Store, work: TriedWork, observer = NOBODY) {
    this.store = store;
    this.work = work;
    this.observer = observer;
  }

  /** Of a trainer on this machine. */
  seeProgress({ stage, message, step }: ComputeProgress): void {
    const { name } = this;
    this.see({ name, pod: null, node: null, state: STATES[stage], message: message ?? null });
    if (stage === 'evaluate') this.notePredicted(step);
  }

  /** A Job that waits has no pod yet; one that a queue took back gets another pod, which is another try. */
  seePod({ stage, message }: PodState, seen: PodSighting): void {
    const name = seen.pod ?? seen.uid;
    this.endedAt = seen.endedAt;
    this.see({ ...seen, name, state: STATES[stage], message: message ?? null });
  }

  noteProgress(progress: ComputeProgress): void {
    if (!this.one) return;
    if (progress.stage === 'train') this.one.telemetry = addProgress(this.one.telemetry, progress);
    this.observer.onProgress(this.one, progress);
  }

  /** All of them so far. */
  noteWarnings(warnings: TrainerWarning[]): void {
    if (this.one) this.one.warnings = warnings;
  }

  noteCarried(traffic: Traffic): void {
    this.observer.onCarried(traffic);
  }

  noteAttempt(attempt: number): void {
    if (this.one) this.one.attempt = attempt;
  }

  notePredicted(answers: number): void {
    if (this.one) this.one.predicted = Math.max(this.one.predicted, answers);
  }

  noteCommitted(answers: number): void {
    if (!this.one) return;
    this.one.committed += answers;
    this.notePredicted(this.one.committed);
  }

  /** A try that did nothing, since there was nothing to do, leaves nothing. */
  async end(end: TryEnd): Promise<void> {
    if ('cause' in end) this.one ??= this.begin(this.name);
    if (!this.one) return;
    this.finish(end);
    await this.writing;
  }

  /** Somebody else follows it from now on. */
  async settle(): Promise<void> {
    if (this.one) this.observer.onLeft(this.one);
    await this.writing;
  }

  private see(seen: Sighting): void {
    const before = this.one;
    if (before && before.name !== seen.name) this.leaveFor(before);
    const waitsSince = before ? before.pod === null && before.queuedAt : seen.queuedAt;
    const known = this.one;
    this.one = advance(known ?? this.begin(seen.name, waitsSince || undefined), seen);
    if (known?.state !== seen.state) this.observer.onState(this.one);
    this.write();
  }

  private begin(name: string, queuedAt?: string): Try {
    const now = new Date().toISOString();
    this.written = { ...NOTHING_WRITTEN, at: performance.now() };
    return {
      ...this.work,
      format: 1,
      name,
      pod: null,
      node: null,
      attempt: null,
      state: 'queued',
      message: null,
      queuedAt: queuedAt ?? now,
      startingAt: null,
      runningAt: null,
      seenAt: now,
      predicted: 0,
      committed: 0,
      end: null,
    };
  }

  /** The one before waited without a pod, or its pod was taken back. */
  private leaveFor(before: Try): void {
    if (before.pod === null) this.forget(before);
    else {
      const message = 'the queue took the Job back';
      this.finish({ result: 'interrupted', cause: 'preempted', message, failures: 1 });
    }
    this.one = undefined;
  }

  private forget(one: Try): void {
    this.observer.onLeft(one);
    if (this.written.state !== '') this.queue(() => removeTry(this.store, one));
  }

  private finish(end: TryEnd): void {
    if (!this.one) return;
    const seenAt = this.endedAt ?? new Date().toISOString();
    const one: Try = { ...this.one, state: 'ended', seenAt, end };
    this.one = one;
    const didNothing = one.startingAt === null && !('cause' in end);
    if (didNothing) this.forget(one);
    else {
      this.observer.onState(one);
      this.queue(() => writeTry(this.store, one));
    }
  }

  /** At once when it begins to hold or to run, else from time to time: most wait for a moment only. */
  private write(): void {
    const { one, written } = this;
    if (!one) return;
    const now = performance.now();
    const isNews = HOLDING.has(one.state) && written.state !== one.state;
    const every = one.pod === null ? TRY_SEEN_EVERY.here : TRY_SEEN_EVERY.inPod;
    if (!isNews && now - written.at < every) return;
    this.written = { state: one.state, at: now };
    this.queue(async () => {
      if (written.state === '') this.take(await readTry(this.store, one.key, one.name));
      if (this.one?.name === one.name) await writeTry(this.store, this.one);
    });
  }

  /** What whoever followed it before knew. */
  private take(known: Try | undefined): void {
    if (!known || this.one?.name !== known.name) return;
    const { queuedAt, committed } = known;
    const predicted = Math.max(this.one.predicted, known.predicted);
    this.one = {
      ...this.one,
      queuedAt,
      predicted,
      committed: this.one.committed + committed,
      telemetry: furthest(known.telemetry, this.one.telemetry),
      warnings: this.one.warnings ?? known.warnings,
    };
  }

  private queue(act: () => Promise<void>): void {
    this.writing = this.writing.then(act).catch(() => undefined);
  }
}

/** What has begun stays begun. */
function advance(one: Try, seen: Sighting): Try {
  const { pod, node, image, state, message } = seen;
  const now = new Date().toISOString();
  const startingAt = seen.startingAt ?? (HOLDING.has(state) ? now : null);
  const runningAt = seen.runningAt ?? (state === 'running' ? now : null);
  return {
    ...one,
    pod,
    node,
    ...(image ? { image } : {}),
    state,
    message,
    startingAt: one.startingAt ?? startingAt,
    runningAt: one.runningAt ?? runningAt,
    seenAt: now,
  };
}

function furthest(...known: (Telemetry | undefined)[]): Telemetry | undefined {
  return known.reduce((a, b) => ((a?.step ?? -1) >= (b?.step ?? -1) ? a : b));
}

const NOTHING_WRITTEN = { state: '', at: 0 };

/** From then on it holds its devices. */
const HOLDING = new Set<Try['state']>(['starting', 'running']);

const STATES: Record<WorkStage, Sighting['state']> = {
  waiting: 'waiting',
  queued: 'queued',
  unschedulable: 'unschedulable',
  starting: 'starting',
  train: 'running',
  evaluate: 'running',
};
