import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, inject } from 'vitest';
import { stringify } from 'yaml';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { root } from '../boundary/rooms.ts';
import { BIN, type Ran } from '../cli/ratchet.ts';
import { endHome } from '../support/home-processes.ts';
import { Cluster, NAMESPACE } from './cluster.ts';
import { findBroken } from './find-broken.ts';
import { s3, SECRET } from './s3.ts';
import { USER } from './setup.ts';

const workplaces = new Set<Workplace>();

/** Of every test, whatever it did to the cluster: nothing is left in it, and no promise of the store was broken. */
afterEach(async () => {
  const cluster = new Cluster();
  const left = await cluster.listLeft();
  const violations = [];
  for (const workplace of workplaces)
    violations.push(...(await findBroken(await workplace.openStore())));
  for (const workplace of workplaces) await workplace.end();
  workplaces.clear();
  await cluster.removeJobs();
  assert.deepEqual({ left, violations }, { left: [], violations: [] });
});

/** A folder of the test's user with a home and a store, and the command line in it. */
export class Workplace {
  readonly folder: string;
  /** Of the store that its sweeps in pods use. */
  store = s3().newUrl();
  /** More environment of its command line. */
  env: Record<string, string> = {};
  private readonly running = new Set<ChildProcess>();

  constructor() {
    this.folder = realpathSync(mkdtempSync(join(inject('cluster').folder, 'work-')));
    chownSync(this.folder, USER, USER);
    copyFileSync(
      join(root, 'test', 'support', 'toy-trainer.mjs'),
      join(this.folder, 'toy-trainer.mjs'),
    );
    workplaces.add(this);
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  openStore(): Promise<Store> {
    return openStore(this.store);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  ratchet(...args: string[]): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd: this.folder,
        uid: USER,
        gid: USER,
        env: this.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.running.add(child);
      const ran = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => {
        ran.stdout += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        ran.stderr += chunk.toString();
      });
      child.on('error', reject).on('close', (code) => {
        this.running.delete(child);
        resolve({ code, ...ran });
      });
    });
  }

  private environment(): Record<string, string> {
    const { kubeconfig, temporal } = inject('cluster');
    return {
      ...s3().env,
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: kubeconfig,
      TEMPORAL_BIN: temporal,
      RATCHET_HOME: this.home,
      RATCHET_IDLE_SECONDS: '1',
      NO_COLOR: '1',
      ...this.env,
    };
  }

  /** Kills what a failed test left running. */
  async end(): Promise<void> {
    for (const child of this.running) child.kill('SIGKILL');
    await endHome(this.home);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A sweep of one block by the toy trainer, and what a test changes of it. */
export function toySweep(
  workplace: Workplace,
  name: string,
  given: {
    compute?: object;
    conditions?: object;
    hyperparameters?: object;
    local?: boolean;
  } = {},
): string {
  const { image } = inject('cluster');
  const pods = {
    kind: 'kubernetes',
    namespace: NAMESPACE,
    image,
    cpus: '100m',
    memory: '128Mi',
    disk: '1Gi',
    gracePeriod: { trainer: 5, upload: 5 },
    secrets: [SECRET],
    ...given.compute,
  };
  return stringify({
    version: 'ratchet/v1',
    name,
    suite: {
      kind: 'builtin',
      dialoguesPerDomain: { train: 8, heldOut: 4 },
      chainLength: { min: 2, max: 2 },
    },
    stream: { domains: ['travel'] },
    conditions: given.conditions ?? { keep: { trace: 'keep' } },
    seeds: 1,
    trainer: {
      kind: 'command',
      command: ['node', 'toy-trainer.mjs'],
      identity: 'toy',
      hyperparameters: given.hyperparameters ?? {},
    },
    checkpoints: { every: 2 },
    ...(given.local ? {} : { compute: pods, store: workplace.store }),
  });
}

/** The text of the results that `run --json` names. */
export function readResults({ stdout }: Ran): string {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return readFileSync((JSON.parse(line) as { results: string }).results, 'utf8');
}
