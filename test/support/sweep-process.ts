import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStore } from '../../store/file-store.ts';
import type { Store } from '../../store/store.ts';
import { endHome } from './home-processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TOY = join(ROOT, 'test', 'support', 'toy-trainer.mjs');

/** A scratch folder with a home of its own; `remove` ends all of its processes first. */
export interface Place {
  folder: string;
  home: string;
  /** Where the sweep's store is unless its file says otherwise. */
  storeFolder: string;
  remove: () => Promise<void>;
}

export function makePlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ratchet-faults-')));
  const home = join(folder, 'home');
  mkdirSync(home);
  return {
    folder,
    home,
    storeFolder: join(home, 'store'),
    remove: async () => {
      await endHome(home);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export function openStoreOf(place: Place): Promise<Store> {
  return openFileStore(place.storeFolder);
}

/** What the sweeps of these tests have in common: seconds of work, and several checkpoints a block. */
export function smallSweep(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: 'ratchet/v1',
    name: 'faults',
    suite: {
      kind: 'builtin',
      dialoguesPerDomain: { train: 8, heldOut: 4 },
      chainLength: { min: 2, max: 2 },
    },
    stream: { domains: ['travel', 'banking', 'library'] },
    conditions: { keep: { trace: 'keep' }, strip: { trace: 'strip' } },
    seeds: 2,
    trainer: toyTrainer(),
    checkpoints: { every: 4 },
    ...changes,
  };
}

/** The trainer whose weights are a hash chain over its steps. */
export function toyTrainer(hyperparameters: Record<string, unknown> = {}): object {
  return {
    kind: 'command',
    command: [process.execPath, TOY],
    identity: 'toy',
    hyperparameters: { epochs: 2, ...hyperparameters },
  };
}

/** A hold on trainings of toys that have its environment: as long as it lasts, each waits in its middle. */
export class TrainingHold {
  readonly env: { TOY_HOLD: string };

  constructor({ folder }: Pick<Place, 'folder'>) {
    this.env = { TOY_HOLD: join(folder, 'hold') };
  }

  begin(): void {
    writeFileSync(this.env.TOY_HOLD, '');
  }

  end(): void {
    rmSync(this.env.TOY_HOLD);
  }
}

/** JSON is YAML. */
export function writeSweep(
  place: Pick<Place, 'folder'>,
  sweep: object,
  name = 'sweep.yaml',
): string {
  const file = join(place.folder, name);
  writeFileSync(file, JSON.stringify(sweep, null, 1));
  return file;
}

/** `ratchet` with some arguments as a process, as a person in a terminal starts it. */
export class RatchetProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  /** Resolves with the exit code; null when it was killed. */
  readonly exited: Promise<number | null>;

  constructor(place: Pick<Place, 'folder' | 'home'>, args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [join(ROOT, 'bin', 'ratchet.js'), ...args], {
      cwd: place.folder,
      env: { ...process.env, RATCHET_IDLE_SECONDS: '20', RATCHET_HOME: place.home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The JSON line that `--json` ends with. */
  get answer(): { sweep: string; state: string; results: string; report: string } {
    return JSON.parse(this.stdout.trim().split('\n').at(-1) ?? '');
  }
}

export interface Finished {
  code: number | null;
  sweep: string;
  state: string;
  /** The bytes of results.json, as text. */
  results: string;
}

/** Runs a sweep file to its end. Throws, with what was said, when it has none. */
export async function runToEnd(
  place: Place,
  file: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const run = new RatchetProcess(place, ['run', file, '--json'], env);
  return readFinished(run, await run.exited);
}

export function readFinished(run: RatchetProcess, code: number | null): Finished {
  try {
    const { sweep, state, results } = run.answer;
    return { code, sweep, state, results: readFileSync(results, 'utf8') };
  } catch (error) {
    throw new Error(`ratchet run ended with ${code}:\n${run.stderr}${run.stdout}`, {
      cause: error,
    });
  }
}
