import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../contract/random.ts';
import type { Job } from '../../contract/trainer-job.ts';
import {
  findProcesses,
  type HomeProcess,
  killProcess,
  type Role,
  waitFor,
} from '../support/home-processes.ts';
import { queryProgress } from '../support/sweep-client.ts';
import {
  type Finished,
  openStoreOf,
  type Place,
  RatchetProcess,
  readFinished,
} from '../support/sweep-process.ts';
import { hasResult, type Progress, readStoreProgress } from './repeated-work.ts';

export const KILL_KINDS = ['learner', 'worker', 'server', 'supervisor', 'everything'] as const;
export type KillKind = (typeof KILL_KINDS)[number];

/** A kill that fired: what died of it, what was durable just before, and how long until all went on. */
export interface Kill {
  kind: KillKind;
  died: Role[];
  before: Progress;
  /** Null: the next kill came first, or the sweep was done. */
  recoverySeconds: number | null;
}

/** Longest pause between a recovery and the next kill, in milliseconds. */
const LONGEST_PAUSE = 2500;
/** One kill in so many strikes while the one before is still being recovered from. */
const STRIKES_RECOVERY = 4;
const PATIENCE = 90_000;

/**
 * Runs a sweep and kills its processes at random moments, in the order of `kinds`, until each has fired or the sweep is
 * done; whenever the client itself was killed, the file is run again.
 */
export class Torment {
  readonly kills: Kill[] = [];
  private readonly place: Place;
  private readonly file: string;
  private readonly random: Random;
  private readonly env: NodeJS.ProcessEnv;
  private client: RatchetProcess;

  constructor(place: Place, file: string, random: Random, env: NodeJS.ProcessEnv) {
    this.place = place;
    this.file = file;
    this.random = random;
    this.env = env;
    this.client = this.runFile();
  }

  async run(kinds: readonly KillKind[]): Promise<Finished> {
    await waitFor(() => !this.client.running || this.learners().length > 0, PATIENCE);
    for (const kind of kinds) {
      await delay(this.random.below(LONGEST_PAUSE));
      const kill = await this.strike(kind);
      if (!kill) break;
      this.kills.push(kill);
      if (this.random.below(STRIKES_RECOVERY) === 0) continue;
      kill.recoverySeconds = await this.awaitRecovery();
    }
    const code = await this.client.exited;
    return readFinished(this.client, code);
  }

  /** Jobs that the last kill ended, and every learner that lived then. */
  private interrupted: LearnerJob[] = [];
  private known = new Set<number>();

  /** Undefined: the sweep ended before anything of that kind could be killed. */
  private async strike(kind: KillKind): Promise<Kill | undefined> {
    const store = await openStoreOf(this.place);
    while (this.client.running) {
      const targets = this.choose(kind);
      if (targets.length === 0) {
        await delay(10);
        continue;
      }
      const before = await readStoreProgress(store);
      const learners = kind === 'learner' ? targets : this.learners();
      this.interrupted = kind === 'server' ? [] : learners.flatMap(readJob);
      this.known = new Set(this.learners().map(({ pid }) => pid));
      const died = targets.filter((one) => one.role !== 'client' || this.client.running);
      const fired = died.filter(killProcess).map(({ role }) => role);
      if (fired.includes('client')) await this.client.exited;
      if (fired.includes('client')) this.client = this.runFile();
      if (fired.includes(kind === 'everything' ? 'supervisor' : kind))
        return { kind, died: fired, before, recoverySeconds: null };
    }
    return undefined;
  }

  private choose(kind: KillKind): HomeProcess[] {
    const found = findProcesses(this.place.home);
    if (kind === 'learner') {
      const learners = found.filter(({ role }) => role === kind);
      return learners.length > 0 ? [this.random.pick(learners)] : [];
    }
    if (kind !== 'everything') return found.filter(({ role }) => role === kind).slice(0, 1);
    if (!found.some(({ role }) => role === 'supervisor')) return [];
    const spareClient = this.random.below(2) === 0;
    return this.random.shuffle(found.filter(({ role }) => role !== 'client' || !spareClient));
  }

  /** Until the workflows answer and every training that was interrupted runs again, or is done. */
  private async awaitRecovery(): Promise<number | null> {
    const killed = performance.now();
    const store = await openStoreOf(this.place);
    const [sweep] = await readdir(join(this.place.home, 'sweeps'));
    const name = sweep?.replace(/\.json$/, '') ?? '';
    const recovered = await waitFor(async () => {
      if (!this.client.running) return 'ended';
      const now = this.learners().flatMap(readJob);
      for (const { stage, key } of this.interrupted) {
        if (now.some((job) => this.isSuccessor(job, { stage, key }))) continue;
        if (stage === 'generate' || !(await hasResult(store, key))) return false;
      }
      return (await queryProgress(this.place.home, name)) && 'recovered';
    }, PATIENCE);
    if (!recovered)
      throw new Error(`no recovery within ${PATIENCE / 1000} s\n${this.client.stderr}`);
    return recovered === 'ended' ? null : (performance.now() - killed) / 1000;
  }

  /** What an evaluation has left to do, and with it its key, may be less than before. */
  private isSuccessor(job: LearnerJob, of: Pick<LearnerJob, 'stage' | 'key'>): boolean {
    return !this.known.has(job.pid) && (of.stage === 'generate' || job.key === of.key);
  }

  private learners(): HomeProcess[] {
    return findProcesses(this.place.home, 'learner');
  }

  private runFile(): RatchetProcess {
    return new RatchetProcess(this.place, ['run', this.file, '--json'], this.env);
  }
}

interface LearnerJob {
  pid: number;
  stage: Job['stage'];
  key: string;
}

function readJob({ pid, command }: HomeProcess): LearnerJob[] {
  try {
    const file = join(command.at(-1) ?? '', 'job.json');
    const { stage, key } = JSON.parse(readFileSync(file, 'utf8')) as Job;
    return [{ pid, stage, key }];
  } catch {
    return []; // It has just ended.
  }
}
