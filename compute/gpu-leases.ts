import { randomUUID } from 'node:crypto';
import { chmodSync, constants, renameSync, rmSync, writeFileSync } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { CausedError } from '../contract/causes.ts';
import { LEASE } from '../contract/timeouts.ts';
import { errorCode } from '../store/file-errors.ts';
import { createLeaseObserver, type LeaseObserver } from '../store/leases.ts';
import {
  hasEnded,
  identifyProcess,
  identifySelf,
  isGroupAlive,
  isWithinSight,
} from '../store/process-identity.ts';
import { type ProcessIdentity, processSchema } from '../store/records.ts';
import { lockMachine } from './machine-lock.ts';

/** Which GPUs of this machine are held, by trainers of any user's workers: a file a trainer. */
const LEASES_FOLDER = '/tmp/ratchet-gpus';

/** Everybody may write there, and remove what is their own. */
const EVERYBODYS = 0o1777;

const leaseSchema = z.strictObject({
  gpus: z.array(z.string()),
  worker: processSchema,
  /** The leader of its process group; null: none has begun. */
  trainer: processSchema.nullable(),
});
type Lease = z.infer<typeof leaseSchema>;

/** GPUs that nobody else is given until they are released and all of their trainer has ended. */
export class HeldGpus {
  readonly ids: readonly string[];
  private readonly file: string;
  private lease: Lease;

  constructor(folder: string, lease: Lease) {
    this.file = join(folder, `${randomUUID()}.json`);
    this.lease = lease;
    this.ids = lease.gpus;
    this.write();
  }

  /** Before it begins: whenever this process dies, they stay held as long as the trainer runs. */
  giveTo(trainer: number): void {
    this.lease = { ...this.lease, trainer: identifyProcess(trainer) ?? null };
    this.write();
  }

  /** Where another cannot see our processes, and for whoever clears away old files. */
  async renew(): Promise<void> {
    const now = new Date();
    await utimes(this.file, now, now).catch(() => undefined);
  }

  async release(): Promise<void> {
    const { trainer } = this.lease;
    if (trainer) while (isGroupAlive(trainer)) await delay(20);
    rmSync(this.file, { force: true });
  }

  private write(): void {
    const draft = `${this.file}.draft`;
    writeFileSync(draft, JSON.stringify(this.lease), { flag: 'wx' });
    chmodSync(draft, 0o644); // Whatever the umask: other users read it.
    renameSync(draft, this.file);
  }
}

/** What this process sees of all leases. */
export class GpuLeases {
  private readonly folder: string;
  private readonly worker: ProcessIdentity;
  private readonly observers = new Map<string, LeaseObserver>();

  constructor(folder = LEASES_FOLDER, worker = identifySelf()) {
    this.folder = folder;
    this.worker = worker;
  }

  /** So many of these GPUs, all at once or none; then it tells how many are free. */
  take(gpus: readonly string[], wanted: number): Promise<HeldGpus | { free: number }> {
    return lockMachine('ratchet-gpus', async () => {
      await this.makeFolder();
      const held = await this.findHeld();
      const free = gpus.filter((id) => !held.has(id));
      if (free.length < wanted) return { free: free.length };
      const { worker } = this;
      return new HeldGpus(this.folder, { gpus: free.slice(0, wanted), worker, trainer: null });
    });
  }

  /** All that are held, and by which worker. */
  async findHeld(): Promise<Map<string, ProcessIdentity>> {
    const names = await readdir(this.folder).catch(() => []);
    const held = new Map<string, ProcessIdentity>();
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const lease = await this.readLease(name);
      if (lease) for (const id of lease.gpus) held.set(id, lease.worker);
    }
    return held;
  }

  /** Undefined: of nobody any more. */
  private async readLease(name: string): Promise<Lease | undefined> {
    const file = join(this.folder, name);
    try {
      const found = await lstat(file);
      if (!found.isFile()) return undefined;
      let lease = await parseLease(file);
      // The dead write no more: only now it is sure what they wrote last.
      if (hasEnded(lease.worker)) lease = await parseLease(file);
      if (!this.isOver(lease, name, found.mtimeMs)) return lease;
      if (lease.worker.bootId === this.worker.bootId) rmSync(file);
    } catch {
      // Released meanwhile, no lease, or one of the dead that is another user's to remove.
    }
    return undefined;
  }

  private isOver({ worker, trainer }: Lease, name: string, renewedAt: number): boolean {
    if (worker.bootId !== this.worker.bootId) return true;
    if (isWithinSight(worker))
      return hasEnded(worker) && (trainer === null || !isGroupAlive(trainer));
    // In another container that shares the folder: it renews while it lives.
    const observer = this.observers.get(name) ?? createLeaseObserver(LEASE);
    this.observers.set(name, observer);
    return observer.hasLapsed(0, renewedAt);
  }

  private async makeFolder(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      const { uid, mode } = await stat(this.folder);
      if (uid === process.getuid?.() && (mode & 0o7777) !== EVERYBODYS)
        await chmod(this.folder, EVERYBODYS);
      await access(this.folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      const why = `${this.folder} tells who holds which GPU, and cannot be written (${errorCode(error)})`;
      throw new CausedError('configuration', `${why}: remove it, or chmod 1777`, { cause: error });
    }
  }
}

async function parseLease(file: string): Promise<Lease> {
  return leaseSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}
