import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchV1Api, CoreV1Api, KubeConfig, type V1Job, type V1Pod } from '@kubernetes/client-node';
import { afterEach, inject } from 'vitest';
import { stringify } from 'yaml';
import { root } from '../boundary/rooms.ts';
import { BIN, type Ran } from '../cli/ratchet.ts';
import { USER } from './setup.ts';

export const NAMESPACE = 'default';

const workplaces = new Set<Workplace>();
afterEach(() => {
  for (const workplace of workplaces) workplace.end();
});

/** A folder of the test's user with a home and a store, and the command line in it. */
export class Workplace {
  readonly folder: string;
  private readonly running = new Set<ChildProcess>();

  constructor() {
    this.folder = mkdtempSync(join(inject('cluster').folder, 'work-'));
    mkdirSync(join(this.folder, 'mnt'));
    for (const folder of [this.folder, join(this.folder, 'mnt')]) chownSync(folder, USER, USER);
    copyFileSync(
      join(root, 'test', 'support', 'toy-trainer.mjs'),
      join(this.folder, 'toy-trainer.mjs'),
    );
    workplaces.add(this);
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
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: kubeconfig,
      TEMPORAL_BIN: temporal,
      RATCHET_HOME: join(this.folder, 'home'),
      RATCHET_IDLE_SECONDS: '1',
      NO_COLOR: '1',
    };
  }

  /** Kills what a failed test left running; its supervisor ends when the folder is removed. */
  end(): void {
    for (const child of this.running) child.kill('SIGKILL');
  }
}

/** A sweep of one block by the toy trainer, and what a test changes of it. */
export function toySweep(
  workplace: Workplace,
  name: string,
  given: { compute?: object; hyperparameters?: object; local?: boolean } = {},
): string {
  const mnt = join(workplace.folder, 'mnt');
  const { image } = inject('cluster');
  const pods = {
    kind: 'kubernetes',
    namespace: NAMESPACE,
    image,
    cpus: '100m',
    memory: '128Mi',
    disk: '1Gi',
    gracePeriod: { trainer: 5, upload: 5 },
    volumes: [{ name: 'store', path: mnt, hostPath: mnt, containers: 'carrier' }],
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
    conditions: { keep: { trace: 'keep' } },
    seeds: 1,
    trainer: {
      kind: 'command',
      command: ['node', 'toy-trainer.mjs'],
      identity: 'toy',
      hyperparameters: given.hyperparameters ?? {},
    },
    checkpoints: { every: 2 },
    ...(given.local ? {} : { compute: pods, store: `file://${mnt}/store` }),
  });
}

/** The text of the results that `run --json` names. */
export function readResults({ stdout }: Ran): string {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return readFileSync((JSON.parse(line) as { results: string }).results, 'utf8');
}

export class Cluster {
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;

  constructor() {
    const config = new KubeConfig();
    config.loadFromFile(inject('cluster').kubeconfig);
    this.batch = config.makeApiClient(BatchV1Api);
    this.core = config.makeApiClient(CoreV1Api);
  }

  async jobs(): Promise<V1Job[]> {
    return (await this.batch.listNamespacedJob({ namespace: NAMESPACE })).items;
  }

  async pods(): Promise<V1Pod[]> {
    return (await this.core.listNamespacedPod({ namespace: NAMESPACE })).items;
  }

  /** Names of what is still there: none, once a sweep has ended. */
  async listLeft(): Promise<string[]> {
    const left = [...(await this.jobs()), ...(await this.pods())];
    return left.map(({ metadata }) => metadata?.name ?? '');
  }

  /** The pod of a training, once its trainer runs. */
  async trainingPod(): Promise<V1Pod> {
    return waitFor(async () =>
      (await this.pods()).find(
        ({ metadata, status }) =>
          metadata?.labels?.['ratchet.dev/stage'] === 'train' &&
          !metadata.deletionTimestamp &&
          status?.containerStatuses?.some(({ state }) => state?.running),
      ),
    );
  }

  async evict(name: string): Promise<void> {
    await this.core.createNamespacedPodEviction({
      name,
      namespace: NAMESPACE,
      body: { metadata: { name, namespace: NAMESPACE } },
    });
  }
}

export async function waitFor<T>(look: () => Promise<T> | T): Promise<NonNullable<T>> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const found = await look();
    if (found) return found;
    await delay(200);
  }
  throw new Error('it did not come to be within two minutes');
}
